// Roll-ups under way, of what this process writes: samples that wait until there are enough of them. They are only
// remembered, since all of them are in the log: what is lost with the process, or left to another replica, is read
// from there sample by sample.
import { isTerminal } from "../core/simulation.ts";
import type { Applied } from "./apply.ts";
import { type RollUp, rollUp, type Sample } from "./roll-up.ts";
import type { Stored } from "./stored.ts";

/** Samples in a roll-up. More make fewer rows to read, but more samples to look at where two points meet in one. */
export const rollUpSamples = 16;
/** Simulations; beyond it, the one that has been silent for longest starts afresh. Some 10 kB each. */
const simulationsMost = 2_000;

interface Open {
  readonly samples: readonly Sample[];
  /** Of the log as it stood then. Where it has come further by others, the samples do not continue. */
  readonly lastMetricsSeq: number;
  readonly restartSeq: number;
}

/** What a change completes, and what is to be remembered once it is committed. */
export interface RolledUp {
  readonly simulationId: string;
  readonly complete: readonly RollUp[];
  readonly open: Open;
  readonly ended: boolean;
}

export class OpenRollUps {
  readonly #open = new Map<string, Open>();

  /** Remembers nothing yet: the change may fail, or be decided again. */
  add({ before, stored, events }: Applied): RolledUp {
    const simulationId = stored.simulation.id;
    const complete: RollUp[] = [];
    let samples = [...this.#continuing(simulationId, before)];
    for (const { body, sample } of events) {
      // What was sampled before it is void, and nothing may be merged with it.
      if (body.type === "ATTEMPT_STARTED" && !body.replay) samples = [];
      if (sample === null) continue;
      samples.push(sample);
      if (samples.length < rollUpSamples) continue;
      complete.push(rollUp(samples));
      samples = [];
    }
    const { lastMetricsSeq, restartSeq } = stored;
    const open = { samples, lastMetricsSeq, restartSeq };
    return { simulationId, complete, open, ended: isTerminal(stored.simulation.status) };
  }

  /** The change is committed. */
  remember({ simulationId, open, ended }: RolledUp): void {
    this.#open.delete(simulationId);
    if (ended || open.samples.length === 0) return;
    this.#open.set(simulationId, open);
    if (this.#open.size <= simulationsMost) return;
    for (const longestSilent of this.#open.keys()) {
      this.#open.delete(longestSilent);
      return;
    }
  }

  #continuing(simulationId: string, { lastMetricsSeq, restartSeq }: Stored): readonly Sample[] {
    const open = this.#open.get(simulationId);
    const continues = open?.lastMetricsSeq === lastMetricsSeq && open.restartSeq === restartSeq;
    return continues ? open.samples : [];
  }
}
