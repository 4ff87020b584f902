import { status } from "@grpc/grpc-js";
import type { Attachment } from "./attachment.ts";
import { EngineError, refusal } from "./errors.ts";
import { encodeBatch } from "./event-batch.ts";
import { LevelGate } from "./levels.ts";
import type { Limits } from "./limits.ts";
import type { Run } from "./run.ts";

/**
 * Follows a run from after afterSeq to its end. A position and not a queue: one batch is under way at a time,
 * made of what is ready when the transport wants more, so a slow reader costs nothing but its position.
 *
 * Resolves after the terminal level, or when the reader has gone.
 * @throws EngineError ABORTED when another stream, or Forget, takes the run away; UNAVAILABLE when the engine ends
 */
export async function streamEvents(
  run: Run,
  attachment: Attachment,
  afterSeq: number,
  limits: Limits,
  send: (batch: Buffer) => Promise<void>,
): Promise<void> {
  const gate = new LevelGate();
  let position = afterSeq;
  while (stillAttached(attachment)) {
    // What was acknowledged ahead of this stream is held by the owner already.
    position = Math.max(position, run.firstSeq - 1);
    const events = eventsAfter(run, position, limits);
    const lastSeq = position + events.length;
    const atHead = lastSeq === run.lastSeq;
    const level = run.level();
    const wallMs = performance.now();
    const levelIsDue = gate.due(level, atHead, wallMs);
    if (events.length > 0 || levelIsDue) {
      const batch = encodeBatch(events, levelIsDue ? level : undefined, run.digestAt(lastSeq));
      if (levelIsDue) gate.sent(level, atHead, wallMs);
      position = lastSeq;
      await send(batch);
    } else if (run.ended) {
      return;
    } else {
      await attachment.news.wait(gate.waitMs(level, wallMs));
    }
  }
}

function eventsAfter(run: Run, afterSeq: number, limits: Limits): Uint8Array[] {
  const events: Uint8Array[] = [];
  let bytes = 0;
  while (events.length < limits.batchEvents) {
    const event = run.eventAt(afterSeq + events.length + 1);
    if (event === undefined) break;
    bytes += event.bytes.length;
    if (events.length > 0 && bytes > limits.batchBytes) break;
    events.push(event.bytes);
  }
  return events;
}

function stillAttached(attachment: Attachment): boolean {
  switch (attachment.detached) {
    case undefined:
      return true;
    case "CANCELLED":
      return false;
    case "SUPERSEDED":
      throw new EngineError(status.ABORTED, "a newer stream follows this run");
    case "FORGOTTEN":
      throw new EngineError(status.ABORTED, "the run was forgotten");
    case "ENGINE_ENDS":
      throw refusal(status.UNAVAILABLE, "DRAINING", "the engine ends; the run has not ended");
  }
}
