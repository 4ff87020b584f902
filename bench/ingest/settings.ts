// What is measured, and the parts that are common to both databases.
import { join } from "node:path";
import { type Figures, rounded } from "../support/contest.ts";
import { table } from "../support/table.ts";
import type { BareOptions, BareOrder } from "./bare.ts";
import type { Saturated } from "./load.ts";
import { type Program, startProgram } from "./program.ts";
import type { ReplicaAnswer, ReplicaOptions, ReplicaOrder } from "./replica.ts";

export interface IngestSettings {
  readonly rounds: number;
  /** Of one turn. */
  readonly seconds: number;
  readonly inFlight: number;
  readonly simulations: number;
  readonly viaGrpc: boolean;
  /** A folder that is gone with the run. */
  readonly scratch: string;
}

export type Replica = Program<ReplicaOrder, ReplicaAnswer>;
export type Bare = Program<BareOrder, Saturated>;

export function startReplica(options: ReplicaOptions, nodeOptions: readonly string[] = []): Promise<Replica> {
  return startProgram(join(import.meta.dirname, "replica.ts"), options, nodeOptions);
}

export function startBare(options: BareOptions): Promise<Bare> {
  return startProgram(join(import.meta.dirname, "bare.ts"), options);
}

/** Throws where something was lost: figures of a replica that loses events are none. */
export function checked(answer: ReplicaAnswer): ReplicaAnswer {
  const { dropped, heard, stored } = answer;
  if (dropped > 0) throw new Error(`${dropped} notices could not be sent.`);
  if (heard !== stored) throw new Error(`${stored} events of one simulation were stored, ${heard} heard of.`);
  return answer;
}

export function print(title: string, results: ReadonlyMap<string, Figures>): void {
  const figures = ["events/s", "events/CPU s", "rows a transaction"];
  const limit = results.get("limit") ?? {};
  const rows = [...results].map(([name, of]) => [
    name,
    ...figures.map((figure) => rounded(of[figure] ?? Number.NaN)),
    ...["events/s", "events/CPU s"].map((figure) => percent((of[figure] ?? 0) / (limit[figure] ?? 0))),
  ]);
  console.log(`\n${title}\n`);
  console.log(table(["", ...figures, "of the limit", "of the limit, CPU"], rows));
}

export function percent(ratio: number): string {
  return Number.isFinite(ratio) ? `${Math.round(ratio * 100)} %` : "–";
}
