// One call of `change` on its way: decided on the row as it stands, answered after the commit.
import type { ChangeResult, Decide, Guard } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import { maySee } from "../core/viewer.ts";
import { type Applied, apply } from "./apply.ts";
import { stamp } from "./event-records.ts";
import type { Stored } from "./stored.ts";

/** What the batch needs of a call, whatever its reason of refusal is. */
export interface PendingChange {
  readonly simulationId: string;
  /** By the replica that drives the simulation, which is nearly always the one that wrote it last. */
  readonly byOwner: boolean;
  /**
   * Decides on the row as it stands (null: there is none) and remembers the answer; what has to be written, else
   * null. Never throws. May be called again when the batch could not be committed.
   */
  decideOn(stored: Stored | null): Applied | null;
  /** The batch is committed; its events happened at that time. */
  settle(at: Date): void;
  /** The batch is not committed, or nobody knows. */
  fail(error: unknown): void;
  /** So many changes are about to be committed together. */
  batched?(changes: number): void;
}

export function pendingChange<R>(
  simulationId: string,
  guard: Guard,
  decide: Decide<R>,
  resolve: (result: ChangeResult<R>) => void,
  reject: (error: unknown) => void,
): PendingChange {
  let answer: (at: Date) => void = () => reject(new Error("A change was settled before it was decided."));
  const answering = (result: ChangeResult<R>): null => {
    answer = () => resolve(result);
    return null;
  };

  function decided(stored: Stored | null): Applied | null {
    if (stored === null) return answering({ kind: "not-found" });
    const { simulation } = stored;
    const stopped = stoppedBy(guard, simulation);
    if (stopped !== null) return answering({ kind: stopped });
    const decision = decide(simulation);
    if (decision === "unchanged") return answering({ kind: "unchanged", simulation });
    if ("refuse" in decision) return answering({ kind: "refused", simulation, reason: decision.refuse });
    const applied = apply(stored, decision);
    answer = (at) =>
      resolve({
        kind: "changed",
        simulation: applied.stored.simulation,
        events: applied.events.map((event) => stamp(event, at)),
        ...(applied.events.length === 0 ? {} : { bodies: applied.events.map(({ json }) => json) }),
      });
    return applied;
  }

  return {
    simulationId,
    byOwner: guard.by === "owner",
    decideOn(stored) {
      try {
        return decided(stored);
      } catch (error) {
        answer = () => reject(error);
        return null;
      }
    },
    settle: (at) => answer(at),
    fail: reject,
  };
}

function stoppedBy(guard: Guard, simulation: Simulation): "fenced" | "not-found" | null {
  switch (guard.by) {
    case "viewer":
      return maySee(guard.viewer, simulation) ? null : "not-found";
    case "owner": {
      const { owner, fencingToken } = simulation.run;
      return owner === guard.owner && fencingToken === guard.token ? null : "fenced";
    }
    case "service":
      return null;
  }
}
