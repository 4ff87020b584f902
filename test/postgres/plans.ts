// What a query costs, as the database tells it: EXPLAIN of a run.
import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../src/postgres/schema.ts";

export interface PlanNode {
  readonly "Node Type": string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Relation Name"?: string;
  readonly "Shared Hit Blocks": number;
  readonly "Shared Read Blocks": number;
  readonly Plans?: readonly PlanNode[];
}

/** Plans the query with its parameters, and runs it. */
export async function planOf(db: Database, query: RawBuilder<unknown>): Promise<PlanNode> {
  const { rows } = await sql<{ "QUERY PLAN": readonly { readonly Plan: PlanNode }[] }>`
    explain (analyze, timing off, buffers, format json) ${query}`.execute(db);
  const plan = rows[0]?.["QUERY PLAN"][0]?.Plan;
  if (plan === undefined) throw new Error("No plan.");
  return plan;
}

export function* nodesOf(plan: PlanNode): Iterable<PlanNode> {
  yield plan;
  for (const child of plan.Plans ?? []) yield* nodesOf(child);
}

/** Of the table and its indices, also those that a filter took out. */
export function rowsRead(plan: PlanNode): number {
  let rows = 0;
  for (const node of scans(plan)) {
    rows += (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"];
  }
  return rows;
}

/** Pages of 8 KiB, each as often as it was looked at. */
export function blocksRead(plan: PlanNode): number {
  return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
}

/** The kinds of scans that do not follow an index. */
export function unindexedScans(plan: PlanNode): string[] {
  return scans(plan)
    .map((node) => node["Node Type"])
    .filter((type) => type !== "Index Scan" && type !== "Index Only Scan");
}

function scans(plan: PlanNode): PlanNode[] {
  return [...nodesOf(plan)].filter((node) => node["Relation Name"] === "simulations");
}
