import type { Design } from "../../core/design/design.ts";
import type { Distribution } from "../../core/design/distribution.ts";
import { echo } from "../../core/design/problem.ts";
import type { Default } from "./defaults.ts";
import { describeDistribution } from "./distributions.ts";

/** A number of the engine config that nobody measured: a default, or one that the design itself marks as assumed. */
export type Assumption = {
  /** Into the design, for example `nodes[3].data.queueCapacity`. */
  readonly path: string;
  /** The number, with its unit where it has one; empty where the design marks something that is not one number. */
  readonly value: string;
  /** For the reader: of which node or edge, and why this number. */
  readonly text: string;
  /** True: the number is a documented default of a named product. False: it is a judgement. */
  readonly documented: boolean;
};

/** Collects what was assumed while a design is translated. Every default is taken through it. */
export class AssumptionBook {
  readonly list: Assumption[] = [];

  /** The given value, or the default, which is then written down. `what` names it for the reader. */
  take<T>(given: T | undefined, fallback: Default<T>, path: string, what: string): T {
    if (given !== undefined) return given;
    this.note(path, fallback.show(fallback.value), `${what}: ${fallback.why}.`, fallback.documented);
    return fallback.value;
  }

  note(path: string, value: string, text: string, documented: boolean): void {
    this.list.push({ path, value, text, documented });
  }
}

/** Writes down what the design itself says that it assumes. */
export function noteOwnAssumptions(design: Design, book: AssumptionBook): void {
  const { nodes, edges, workloads, faults } = design;
  for (const [i, it] of nodes.entries())
    noteAssumed(`node ${echo(it.id)}`, it.data, `nodes[${i}].data`, book);
  for (const [i, it] of edges.entries())
    noteAssumed(`edge ${echo(it.id)}`, it.data, `edges[${i}].data`, book);
  for (const [i, it] of workloads.entries())
    noteAssumed(`workload ${echo(it.id)}`, it, `workloads[${i}]`, book);
  for (const [i, it] of faults.entries()) noteAssumed(`fault ${echo(it.id)}`, it, `faults[${i}]`, book);
  noteAssumed("the run", design.run, "run", book);
}

function noteAssumed(
  owner: string,
  data: { assumed?: string[] | undefined },
  path: string,
  book: AssumptionBook,
): void {
  for (const name of data.assumed ?? []) {
    const isField = /^\w+$/.test(name) && Object.hasOwn(data, name);
    const value: unknown = isField ? Reflect.get(data, name) : undefined;
    book.note(
      isField ? `${path}.${name}` : path,
      describe(value),
      `The design assumes ${echo(name)} of ${owner}.`,
      false,
    );
  }
}

function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return echo(value);
  return isDistribution(value) ? describeDistribution(value) : "";
}

function isDistribution(value: unknown): value is Exclude<Distribution, number> {
  return typeof value === "object" && value !== null && "dist" in value;
}
