// The two ways in which an owner gives a simulation up that has not ended. Both throw Fenced once it is written:
// from then on the row is not this driver's.
import type { Waiting } from "../../core/simulation.ts";
import { isTerminal } from "../../core/simulation.ts";
import { confirm } from "../transitions.ts";
import { type AttachParts, neverBegan, replayed } from "./attach.ts";
import { ended } from "./ending.ts";
import { Fenced, type HeldSimulation } from "./held.ts";

/**
 * Back to the queue: nothing is known of a run. `unsure`: a start may still take effect, so the attempt's number is
 * used up, and whatever runs under it is superseded.
 */
export async function releaseToQueue(
  held: HeldSimulation,
  code: Waiting["code"],
  message: string,
  unsure: boolean,
): Promise<void> {
  const simulation = await held.write((current) => {
    if (!neverBegan(current)) return null;
    if (current.desiredStatus === "STOPPED") return unsure ? null : ended(current);
    const change = confirm(current, "returned", { reason: message });
    if (change === null) return null;
    const run = { ...change.patch.run, owner: null, engine: null };
    const attempt = current.attempt + (unsure ? 1 : 0);
    return {
      ...change,
      patch: { ...change.patch, attempt, staleReason: null, waiting: { code, message }, run },
    };
  });
  if (simulation.status === "QUEUED") throw new Fenced();
}

/**
 * To another engine that answers, if there is one: the lost one has ended the run by itself by now. The next scan
 * takes the simulation up again, on the engine that its row then names.
 */
export async function leaveEngine({ held, engine, engines }: AttachParts, reason: string): Promise<void> {
  const other = engines.placeable().find((candidate) => candidate.engine.address !== engine.address);
  if (other === undefined) return;
  const { address } = other.engine;
  const simulation = await held.write((current) =>
    isTerminal(current.status) || current.desiredStatus === "STOPPED"
      ? null
      : replayed(current, `${reason} It goes on at ${address}.`, address),
  );
  if (simulation.run.engine === address) throw new Fenced();
}
