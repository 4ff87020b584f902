// The whole picture as the lines of one screen: at most so many rows, each at most so wide.
import { isTerminal } from "../events.ts";
import type { Picture } from "../picture.ts";
import { componentLines } from "./components.ts";
import { eventLine } from "./event-line.ts";
import { grouped, latency, percent, short } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { progressLine, titleLine } from "./progress.ts";
import { clip } from "./text.ts";

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
  /** Wall time, epoch ms. */
  readonly nowMs: number;
}

/** Components come before the log: of the log at least so many lines, where there is room for both. */
const logLinesWanted = 5;

export function watchScreen(picture: Picture, screen: Screen): string[] {
  const { paint, columns, rows } = screen;
  const head = [
    titleLine(picture.simulation, paint),
    progressLine(picture, screen),
    totalsLine(picture, paint),
  ];
  const foot = [stateLine(picture, paint)];
  const room = Math.max(0, rows - head.length - foot.length);
  const wanted = Math.min(picture.lines.length, logLinesWanted);
  const forLog = wanted === 0 ? 0 : Math.min(wanted + 1, Math.floor(room / 2));
  const components = block(componentLines(picture.metrics?.components ?? [], paint, room - forLog - 1));
  const log = block(logLines(picture, paint, room - components.length - 1));
  return [...head, ...components, ...log, ...foot].slice(0, rows).map((line) => clip(line, columns));
}

/** Set off from what stands above. */
function block(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", ...lines];
}

function totalsLine({ metrics, simulation }: Picture, paint: Paint): string {
  if (metrics === undefined) {
    const waits = simulation.waiting?.message;
    return paint.faint(waits === undefined ? "no metrics yet" : `waits: ${waits}`);
  }
  const errors = `errors ${percent(metrics.errorRate)}`;
  return [
    `throughput ${paint.strong(`${short(metrics.throughput)}/s`)} of ${short(metrics.offered)}/s`,
    `p50 ${latency(metrics.latencyP50)}`,
    `p95 ${paint.strong(latency(metrics.latencyP95))}`,
    `p99 ${latency(metrics.latencyP99)}`,
    metrics.errorRate > 0 ? paint.bad(errors) : errors,
    `in flight ${grouped(metrics.inFlight)}`,
  ].join("  ");
}

function logLines({ lines }: Picture, paint: Paint, rows: number): string[] {
  return rows <= 0 ? [] : lines.slice(-Math.min(rows, 12)).map((event) => eventLine(event, paint));
}

/** Whether what is shown is new, and how to leave. */
function stateLine({ cut, stream, simulation }: Picture, paint: Paint): string {
  const leave = paint.faint("Ctrl-C stops watching, not the simulation");
  if (isTerminal(simulation.status)) return paint.faint("ended");
  if (cut !== undefined) return `${paint.bad("reconnecting")} (${cut})  ${leave}`;
  if (stream === undefined) return `${paint.faint("…")}  ${leave}`;
  const reason = stream.reason ?? simulation.staleReason;
  const state = stream.state.toLowerCase().replace("_", " ");
  if (stream.state === "LIVE") return `${paint.good("live")}  ${leave}`;
  return `${paint.warn(state)}${reason === null ? "" : ` (${reason})`}  ${leave}`;
}
