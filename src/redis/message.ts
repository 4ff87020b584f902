// How a notice is written for Redis: JSON with a version, so that replicas of two versions can share a server.
// What cannot be read is no error: the listener looks into the log instead.
import type { SimulationEvent } from "../core/events.ts";
import type { Notice } from "../core/ports/bus.ts";
import type { EngineRun, Simulation } from "../core/simulation.ts";
import { writtenNotice } from "./written-notice.ts";

/** Raised when a notice is written differently. */
const version = 1;

/** Characters of one message; what is larger travels without its events, which are in the log. */
export const mostCharacters = 256 * 1024;

export function encodeNotice(notice: Notice): string {
  const whole = encode(notice);
  return whole.length <= mostCharacters ? whole : encode({ ...notice, events: [] });
}

/** Null: not a notice of this version. Where all its events are samples of metrics, it is left as it is written. */
export function decodeNotice(message: Buffer): Notice | null {
  return writtenNotice(message, readSimulation) ?? read(message.toString());
}

function read(text: string): Notice | null {
  try {
    const notice: unknown = JSON.parse(text);
    return isNoticeOfThisVersion(notice) ? decode(notice) : null;
  } catch {
    // It is no JSON; or it says that it is of this version, and is not.
    return null;
  }
}

function readSimulation(text: string): Simulation {
  const written: WrittenSimulation = JSON.parse(text);
  return decodeSimulation(written);
}

function decode({ simulation, events, traceparent }: WrittenNotice): Notice {
  return {
    simulation: decodeSimulation(simulation),
    events: events.map(decodeEvent),
    ...(typeof traceparent === "string" ? { traceparent } : {}),
  };
}

function decodeSimulation({ run, ...simulation }: WrittenSimulation): Simulation {
  return {
    ...simulation,
    createdAt: new Date(simulation.createdAt),
    startTime: time(simulation.startTime),
    endTime: time(simulation.endTime),
    run: {
      ...run,
      engineDigest: typeof run.engineDigest === "string" ? bytes(run.engineDigest) : null,
      pausedSince: time(run.pausedSince),
    },
  };
}

function decodeEvent({
  simulationId,
  seq,
  at,
  simulatedTime,
  engineSeq,
  body,
}: WrittenEvent): SimulationEvent {
  return { simulationId, seq, at: new Date(at), simulatedTime, engineSeq, body };
}

type Written<T, Fields extends keyof T> = Omit<T, Fields> & { readonly [field in Fields]: string };
type WrittenOrNull<T, Fields extends keyof T> = Omit<T, Fields> & {
  readonly [field in Fields]: string | null;
};

type WrittenSimulation = Omit<
  Written<WrittenOrNull<Simulation, "startTime" | "endTime">, "createdAt">,
  "run"
> & {
  readonly run: WrittenOrNull<EngineRun, "engineDigest" | "pausedSince">;
};

type WrittenEvent = Written<SimulationEvent, "at">;

interface WrittenNotice {
  readonly version: typeof version;
  readonly simulation: WrittenSimulation;
  readonly events: readonly WrittenEvent[];
  /** Left out by replicas that trace nothing, or know nothing of it. */
  readonly traceparent?: string;
}

// The order is that of a written notice (`writtenNotice`); in another one it would be read all the same, at a greater cost.
function encode({ simulation, events, bodies, traceparent }: Notice): string {
  const { id, version: newest, lastSeq, status, staleReason, run, ...more } = simulation;
  const { engineDigest, ...ofRun } = run;
  const digest = engineDigest === null ? null : Buffer.from(engineDigest).toString("base64");
  const standing = { id, version: newest, lastSeq, status, staleReason };
  const written = { ...standing, ...more, run: { engineDigest: digest, ...ofRun } };
  const head = JSON.stringify({ version, traceparent, simulation: written });
  const all = events.map((event, index) => encodeEvent(event, bodies?.[index]));
  return `${head.slice(0, -1)},"events":[${all.join(",")}]}`;
}

/** `written`: the body as JSON, where it is at hand: it is most of the work. */
function encodeEvent(event: SimulationEvent, written = JSON.stringify(event.body)): string {
  const { simulationId, seq, at, simulatedTime, engineSeq } = event;
  const head = JSON.stringify({ simulationId, seq, at, simulatedTime, engineSeq });
  return `${head.slice(0, -1)},"body":${written}}`;
}

// The version says who wrote the message. What is in it is as good as the access to the server is well kept: it is
// shown as it comes, and nothing is decided by it that the database does not decide again.
function isNoticeOfThisVersion(message: unknown): message is WrittenNotice {
  return (
    typeof message === "object" &&
    message !== null &&
    "version" in message &&
    message.version === version &&
    "simulation" in message &&
    typeof message.simulation === "object" &&
    "events" in message &&
    Array.isArray(message.events)
  );
}

function time(written: string | null): Date | null {
  return written === null ? null : new Date(written);
}

function bytes(written: string): Uint8Array {
  return new Uint8Array(Buffer.from(written, "base64"));
}
