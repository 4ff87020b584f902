// What all parts of a chaos run share.
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../cluster/cluster.ts";
import type { Audit } from "./audit.ts";
import type { Recorder } from "./history.ts";
import type { Random } from "./random.ts";

export interface World {
  readonly cluster: Cluster;
  readonly recorder: Recorder;
  readonly audit: Audit;
  readonly random: Random;
  /** A line for whoever watches. */
  say(line: string): void;
}

/** One way in: the proxy, or straight to one of the replicas; not the one that a client has just seen fail. */
export function someAddress({ cluster, random }: World, not?: string): { url: string; name: string } {
  if (random.chance(0.4)) return { url: cluster.url, name: "front" };
  const { url, name } = random.pick(cluster.replicas.filter((one) => one.name !== not));
  return { url, name };
}

export async function pause(ms: number): Promise<void> {
  await sleep(ms);
}

/** Whether it came to hold within that time; what a look throws counts as "not yet". */
export async function waitUntil(
  holds: () => Promise<boolean>,
  withinMs: number,
  everyMs = 100,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if (await holds().catch(() => false)) return true;
    if (performance.now() >= deadline) return false;
    await sleep(everyMs);
  }
}

/** Records a fault from its beginning to its end. */
export async function during(
  { recorder }: World,
  what: string,
  target: string,
  act: () => Promise<void>,
): Promise<void> {
  recorder.record("nemesis", { kind: "fault", what, target, phase: "begins" });
  try {
    await act();
  } finally {
    recorder.record("nemesis", { kind: "fault", what, target, phase: "ends" });
  }
}
