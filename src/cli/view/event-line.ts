// One event as one line.
import type { WatchedEvent } from "../events.ts";
import { grouped, latency, percent, short, speedText } from "./numbers.ts";
import { type Paint, paintStatus } from "./paint.ts";
import { plain, right } from "./text.ts";

export function eventLine(event: WatchedEvent, paint: Paint): string {
  return `${paint.faint(right(`${event.simulatedTime.toFixed(1)} s`, 10))}  ${whatHappened(event, paint)}`;
}

function whatHappened(event: WatchedEvent, paint: Paint): string {
  switch (event.__typename) {
    case "StatusChanged":
      return statusText(event, paint);
    case "SpeedChanged":
      return event.speed === event.desiredSpeed
        ? speedText(event.speed)
        : `${speedText(event.desiredSpeed)} is asked for`;
    case "MetricsSampled":
      return [
        `${percent(event.progress)} done`,
        `${short(event.throughput)}/s`,
        `p50 ${latency(event.latencyP50)}`,
        `p95 ${latency(event.latencyP95)}`,
        `errors ${percent(event.errorRate)}`,
        `in flight ${grouped(event.inFlight)}`,
      ].join("  ");
    case "LogEmitted":
      return logText(event, paint);
    case "FaultChanged":
      return plain(`fault ${event.faultId} (${event.kind}) ${event.phase}${at(event.componentId)}`);
    case "AttemptStarted":
      return plain(`attempt ${event.attempt} started${because(event.reason)}`);
    case "StreamStateChanged":
      return plain(`stream ${event.state.toLowerCase().replace("_", " ")}${because(event.reason)}`);
  }
}

type Of<Name> = Extract<WatchedEvent, { readonly __typename: Name }>;

function statusText(event: Of<"StatusChanged">, paint: Paint): string {
  const reason = plain(because(event.reason));
  if (event.status === event.previousStatus) return `${event.desiredStatus} is asked for${reason}`;
  return `${paintStatus(paint, event.status)}${reason}`;
}

function logText(event: Of<"LogEmitted">, paint: Paint): string {
  const level = { INFO: paint.faint, WARN: paint.warn, ERROR: paint.bad }[event.level](event.level);
  return `${level} ${plain(event.message)}${plain(at(event.componentId))}`;
}

const at = (component: string | null): string => (component === null ? "" : ` [${component}]`);
const because = (reason: string | null): string => (reason === null ? "" : `: ${reason}`);
