import type { Design } from "../../src/core/design/design.ts";
import { parseDesign } from "../../src/core/design/parse.ts";
import type { DesignProblem } from "../../src/core/design/problem.ts";

export type Json = Record<string, unknown>;

/** A small valid design document: users → api → db. Parts given replace its own. */
export function sample(parts: Json = {}): Json {
  return {
    schemaVersion: 1,
    id: "sample",
    revision: 1,
    name: "Sample",
    nodes: [
      { id: "users", type: "client" },
      { id: "api", type: "service", data: { concurrency: 4, serviceTime: 5 } },
      { id: "db", type: "database", data: { serviceTime: { dist: "exponential", meanMs: 2 } } },
    ],
    edges: [
      { id: "users>api", source: "users", target: "api" },
      { id: "api>db", source: "api", target: "db" },
    ],
    workloads: [{ id: "load", source: "users", type: "open", startPerSec: 100 }],
    ...parts,
  };
}

/** The design of a document that must be valid. */
export function valid(document: unknown): Design {
  const parsed = parseDesign(document);
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2));
  return parsed.design;
}

/** What is wrong with a document that must be refused. */
export function problems(document: unknown): readonly DesignProblem[] {
  const parsed = parseDesign(document);
  if ("design" in parsed) throw new Error("The document was accepted.");
  return parsed.problems;
}

/** `code path` of each problem. */
export function marks(found: readonly DesignProblem[]): string[] {
  return found.map(({ code, path }) => `${code} ${path}`);
}
