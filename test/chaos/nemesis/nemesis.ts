// What goes wrong in a profile, round by round, and what is to be told of it.
import type { ClusterOptions } from "../../../cluster/cluster.ts";
import type { Follower } from "../follower.ts";
import type { Occupancy } from "../occupancy.ts";
import type { Freeze } from "../owner-changes.ts";
import type { Loss } from "../takeovers.ts";
import type { Workload } from "../workload.ts";
import type { World } from "../world.ts";

/** A time in which something was down, by the wall clock, ms. */
export interface Window {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

export interface Scene extends World {
  readonly workload: Workload;
  readonly followers: readonly Follower[];
  /** Owners that were taken away. */
  readonly losses: Loss[];
  /** Of those, the ones that came back. */
  readonly freezes: Freeze[];
  readonly windows: Window[];
  readonly occupancy: Occupancy;
  /** Counts and lines for the report, by name. */
  readonly counts: Map<string, number>;
  readonly samples: Map<string, number[]>;
  readonly enough: { readonly running: number; readonly owned: number };
}

export interface Nemesis {
  /** One round; everything that it breaks is whole again when it resolves. */
  round(scene: Scene, index: number): Promise<void>;
  /** What the cluster has to have for it. */
  readonly needs?: Pick<ClusterOptions, "faults" | "otherEngines" | "env">;
  /** After the cluster's end. */
  close?(): Promise<void>;
}

/** A round of each in turn. */
export function oneAfterTheOther(nemeses: readonly Nemesis[]): Nemesis {
  return {
    async round(scene, index) {
      await nemeses[(index - 1) % nemeses.length]?.round(scene, index);
    },
  };
}

export function count(scene: Scene, name: string, by = 1): void {
  scene.counts.set(name, (scene.counts.get(name) ?? 0) + by);
}

export function sample(scene: Scene, name: string, value: number): void {
  const before = scene.samples.get(name);
  if (before === undefined) scene.samples.set(name, [value]);
  else before.push(value);
}
