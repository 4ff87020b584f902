import type { Balance } from "../../gen/architech/engine/v1/engine.ts";
import type { Sampler } from "./distributions.ts";
import type { Link } from "./link.ts";

/** A call as an operation makes it, with its link and names looked up. */
export interface PlannedCall {
  readonly link: Link;
  /** Name number of the operation asked for; -1: the name of the calling request's. */
  readonly name: number;
  readonly probability: number;
  readonly whole: number;
  readonly fraction: number;
  readonly optional: boolean;
  readonly async: boolean;
  /** Only when this bit is set in the request's misses; 0: always. */
  readonly needsMiss: number;
  /** The bit to set when this call missed its cache; 0: nobody asks. */
  readonly missBit: number;
  /** In a one-of by weight. */
  readonly weight: number;
}

export type PlannedStep =
  | { readonly kind: "work"; readonly work: Sampler }
  | { readonly kind: "calls"; readonly calls: readonly PlannedCall[] }
  | {
      readonly kind: "one-of";
      readonly calls: readonly PlannedCall[];
      readonly balance: Balance;
      readonly weightSum: number;
      /** Round robin's place. */
      cursor: number;
    };

/** An operation of a station, ready to run. */
export interface PlannedOperation {
  readonly name: string;
  readonly steps: readonly PlannedStep[];
  readonly errorRatio: number;
  /** The step at which a request that hit the station's cache ends; the number of steps where none is for misses. */
  readonly hitEnd: number;
}

/** The operations of all stations by number of station and of name. */
export class OperationTable {
  private readonly byName: readonly (readonly PlannedOperation[])[];

  /** `byName[station][name]`: the operation that a request of this name runs, "default" where there is no other. */
  constructor(byName: readonly (readonly PlannedOperation[])[]) {
    this.byName = byName;
  }

  find(station: number, name: number): PlannedOperation {
    const found = this.byName[station]?.[name];
    if (found === undefined) throw new Error(`Station ${station} has no operation for name ${name}.`);
    return found;
  }
}
