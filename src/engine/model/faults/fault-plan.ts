import type { Fault } from "../../../gen/architech/engine/v1/engine.ts";

export interface PlannedFault {
  readonly timeMs: number;
  readonly fault: Fault;
  /** It begins; false: it ends. */
  readonly begins: boolean;
}

/**
 * When faults begin and end. At one moment they act after everything else that is due then, in the order in which
 * they were planned: so it makes no difference whether a fault was in the config or came in while the run went on.
 */
export class FaultPlan {
  private readonly planned: PlannedFault[] = [];

  /** Infinity where nothing is planned. */
  get nextMs(): number {
    return this.planned[0]?.timeMs ?? Number.POSITIVE_INFINITY;
  }

  add(made: PlannedFault): void {
    const at = this.planned.findIndex((other) => other.timeMs > made.timeMs);
    this.planned.splice(at < 0 ? this.planned.length : at, 0, made);
  }

  /** Takes the next. */
  take(): PlannedFault | undefined {
    return this.planned.shift();
  }
}
