// An engine that breaks the contract in another way each time it is asked for a stream.
import { distributions, features } from "../../../src/engine/model/features.ts";
import {
  type Event,
  type EventBatch,
  LogRecord_Level,
  RunState,
} from "../../../src/gen/architech/engine/v1/engine.ts";
import { type ScriptedEngine, startScriptedEngine } from "../../support/scripted-engine.ts";

/** `batches`: what it says in the place of events after `afterSeq`. */
interface Breach {
  readonly name: string;
  batches(afterSeq: number): readonly EventBatch[];
}

const breaches: readonly Breach[] = [
  { name: "a gap", batches: (after) => [batch([log(after + 1), log(after + 3)])] },
  {
    name: "from the beginning again",
    batches: (after) => [batch([log(1), log(2)]), batch([log(after + 2)])],
  },
  { name: "out of order", batches: (after) => [batch([log(after + 2), log(after + 1)])] },
  { name: "a number past 2^53", batches: () => [batch([log(2 ** 53 + 2)])] },
  { name: "an infinite time", batches: (after) => [batch([{ ...log(after + 1), simTimeMs: 1 / 0 }])] },
  {
    name: "a time that is no number",
    batches: (after) => [batch([{ ...log(after + 1), simTimeMs: Number.NaN }])],
  },
  { name: "no payload", batches: (after) => [batch([{ seq: after + 1, simTimeMs: 0, payload: undefined }])] },
  { name: "a huge text", batches: (after) => [batch([log(after + 1, "x".repeat(5_000_000))])] },
  { name: "after the end", batches: (after) => [batch([failed(after + 1), log(after + 2)])] },
  {
    name: "as fast as it can, in large batches",
    batches: (after) =>
      Array.from({ length: 20 }, (_, n) =>
        batch(Array.from({ length: 256 }, (_, m) => log(after + 1 + n * 256 + m))),
      ),
  },
  { name: "nothing at all", batches: () => [] },
  { name: "an empty batch", batches: () => [{ events: [], level: undefined, rollingDigest: Buffer.of() }] },
];

export interface HostileEngine extends ScriptedEngine {
  /** How often it did what. */
  readonly did: ReadonlyMap<string, number>;
}

/** One that promises everything and keeps none of it. */
export async function startHostileEngine(): Promise<HostileEngine> {
  let turn = 0;
  const did = new Map<string, number>();
  const engine = await startScriptedEngine({
    batches(after) {
      const breach = breaches[turn++ % breaches.length];
      if (breach === undefined) return [];
      did.set(breach.name, (did.get(breach.name) ?? 0) + 1);
      return breach.batches(after);
    },
    capabilities: {
      features: [...features],
      distributions: [...distributions],
      maxConcurrentRuns: 20,
      deterministic: true,
    },
  });
  return { ...engine, did };
}

function log(seq: number, message = "hostile"): Event {
  const value = { level: LogRecord_Level.LEVEL_INFO, code: "HOSTILE", message, target: "" };
  return { seq, simTimeMs: 1_000, payload: { $case: "log", value } };
}

function failed(seq: number): Event {
  const value = { code: "HOSTILE", message: "it says", retryable: false, partial: undefined };
  return { seq, simTimeMs: 1_000, payload: { $case: "failed", value } };
}

function batch(events: Event[]): EventBatch {
  const atSeq = events.at(-1)?.seq ?? 0;
  const state = RunState.RUN_STATE_RUNNING;
  const level = { state, speed: 1, atSeq, simTimeMs: 1_000, reason: "" };
  return { events, level, rollingDigest: Buffer.from([atSeq % 256]) };
}
