// One simulation, and a list of them.
import type { Simulation } from "../answers.ts";
import type { ShowQuery } from "../gql/graphql.ts";
import { ago, clock, percent, simulated, speedText } from "./numbers.ts";
import { type Paint, paintStatus } from "./paint.ts";
import { wallSeconds, wish } from "./progress.ts";
import { type Column, table } from "./table.ts";
import { plain } from "./text.ts";

const columns: readonly Column[] = [
  { title: "ID" },
  { title: "DESIGN" },
  { title: "STATUS" },
  { title: "DONE", numeric: true },
  { title: "STARTED", numeric: true },
];

export function listLines(simulations: readonly Simulation[], paint: Paint, nowMs: number): string[] {
  const rows = simulations.map((it) => [
    it.id,
    plain(it.designId),
    `${paintStatus(paint, it.status)}${wish(it.status, it.desiredStatus)}`,
    percent(it.progress),
    ago((nowMs - Date.parse(it.createdAt)) / 1000),
  ]);
  return table(columns, rows);
}

export type ShownSimulation = NonNullable<ShowQuery["simulation"]>;

/** Everything about one, a line each; what is not there is left out. */
export function showLines(it: ShownSimulation, paint: Paint, nowMs: number): string[] {
  const whole = it.duration === null ? "" : ` of ${simulated(it.duration)}`;
  const revision = it.designRevision === null ? "" : `, revision ${it.designRevision}`;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["id", it.id],
    ["design", `${it.designId}${revision}${it.designName === null ? "" : ` (${it.designName})`}`],
    ["status", `${paintStatus(paint, it.status)}${wish(it.status, it.desiredStatus)}`],
    ["failure", it.failure === null ? undefined : `${it.failure.message} (${it.failure.code})`],
    ["queue", it.queue === null ? undefined : queueText(it.queue)],
    ["waits for", it.waiting?.message],
    ["not current", it.staleReason ?? undefined],
    ["done", `${percent(it.progress)}, ${simulated(it.simulatedTime)}${whole} simulated`],
    ["wall time", it.startTime === null ? undefined : clock(wallSeconds(it, nowMs))],
    ["speed", speedText(it.speed).replace("speed ", "")],
    ["seed", String(it.seed)],
    ["attempt", it.attempt > 1 ? String(it.attempt) : undefined],
    ["labels", labelsText(it.labels)],
    ["asked for", it.createdAt],
    ["ended", it.endTime ?? undefined],
    ["events", String(it.lastSeq)],
    ["engine", it.owner?.engine ?? undefined],
  ];
  return facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(12)} ${name === "status" ? value : plain(value)}`],
  );
}

function queueText({ position, reason }: NonNullable<ShownSimulation["queue"]>): string {
  return `number ${position}${reason === null ? "" : `, ${reason}`}`;
}

function labelsText(labels: unknown): string | undefined {
  const entries = Object.entries(Object(labels));
  return entries.length === 0 ? undefined : entries.map(([key, value]) => `${key}=${value}`).join(" ");
}
