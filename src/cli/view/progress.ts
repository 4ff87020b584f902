// What it is, how far it is, and when it will be done.
import type { Simulation } from "../answers.ts";
import type { Picture } from "../picture.ts";
import { bar } from "./bar.ts";
import { clock, percent, simulated, speedText } from "./numbers.ts";
import { type Paint, paintStatus } from "./paint.ts";
import { plain } from "./text.ts";

export function titleLine(simulation: Simulation, paint: Paint): string {
  const { id, designId, status, desiredStatus, speed, desiredSpeed, seed, attempt } = simulation;
  const pace = speed === desiredSpeed ? speedText(speed) : `${speedText(speed)}, asked ${desiredSpeed}×`;
  const parts = [
    paint.strong(plain(designId)),
    `${paintStatus(paint, status)}${wish(status, desiredStatus)}`,
    pace,
    `seed ${seed}`,
    ...(attempt > 1 ? [paint.warn(`attempt ${attempt}`)] : []),
    paint.faint(id),
  ];
  return parts.join("  ");
}

/** What is asked for and not yet confirmed. */
export function wish(status: string, desired: string): string {
  if (desired === "STOPPED" && !["STOPPED", "COMPLETED", "FAILED"].includes(status)) return " (stopping)";
  if (desired === "PAUSED" && status === "RUNNING") return " (pausing)";
  if (desired === "RUNNING" && status === "PAUSED") return " (resuming)";
  return "";
}

interface Moment {
  readonly paint: Paint;
  readonly columns: number;
  readonly nowMs: number;
}

export function progressLine(picture: Picture, { paint, columns, nowMs }: Moment): string {
  const { simulation } = picture;
  const whole = simulation.duration === null ? "" : ` of ${simulated(simulation.duration)}`;
  const left = leftText(picture);
  const text = [
    `${simulated(simulation.simulatedTime)}${whole} simulated`,
    `${clock(wallSeconds(simulation, nowMs))} wall`,
    ...(left === "" ? [] : [left]),
  ].join("  ");
  const room = Math.max(10, Math.min(30, columns - text.length - 14));
  return `${paint.good(bar(simulation.progress, room))} ${percent(simulation.progress)}  ${text}`;
}

/** From the beginning of its run until it ended, or until now. */
export function wallSeconds({ startTime, endTime }: Simulation, nowMs: number): number {
  if (startTime === null) return 0;
  return Math.max(0, ((endTime === null ? nowMs : Date.parse(endTime)) - Date.parse(startTime)) / 1000);
}

function leftText({ simulation, pace }: Picture): string {
  const rate = pace.rate();
  if (simulation.status !== "RUNNING" || simulation.duration === null || rate === undefined) return "";
  return `about ${clock(Math.ceil((simulation.duration - simulation.simulatedTime) / rate))} left`;
}
