// The profiles of chaos: which faults, under which load.
import { engineFaults } from "./nemesis/engines.ts";
import { freezes } from "./nemesis/freezes.ts";
import { kills } from "./nemesis/kills.ts";
import type { Nemesis } from "./nemesis/nemesis.ts";
import { partitions } from "./nemesis/partitions.ts";
import { postgresFaults } from "./nemesis/postgres.ts";
import { redisFaults } from "./nemesis/redis.ts";
import { rolling } from "./nemesis/rolling.ts";
import { stops } from "./nemesis/stops.ts";
import type { WorkloadOptions } from "./workload.ts";

export interface Profile {
  readonly nemesis: () => Nemesis;
  /** Outside clients. */
  readonly clients: number;
  readonly rounds: number;
  readonly workload: WorkloadOptions;
}

const usual: WorkloadOptions = {
  running: 60,
  followersEach: 8,
  seconds: [20, 60],
  rate: [3, 6],
  raced: 0.1,
  racers: 3,
};

const usually = { clients: 36, rounds: 10, workload: usual };

export const profiles = {
  kills: { ...usually, nemesis: kills },
  freeze: { ...usually, nemesis: () => freezes(10_000) },
  redis: { ...usually, nemesis: () => redisFaults(6_000) },
  /** One long absence. */
  "redis-minute": { ...usually, rounds: 1, nemesis: () => redisFaults(60_000, "kill") },
  postgres: { ...usually, nemesis: postgresFaults },
  partitions: { ...usually, nemesis: partitions },
  engines: { ...usually, nemesis: engineFaults },
  stops: {
    ...usually,
    nemesis: stops,
    workload: { ...usual, running: 20, followersEach: 3, seconds: [0.5, 2], raced: 1, racers: 6 },
  },
  rolling: {
    nemesis: rolling,
    rounds: 1,
    clients: 1_000,
    workload: { ...usual, followersEach: 17, rate: [1, 1], raced: 0.02 },
  },
} satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;

export const profileNames: readonly ProfileName[] = [
  "kills",
  "freeze",
  "redis",
  "redis-minute",
  "postgres",
  "partitions",
  "engines",
  "stops",
  "rolling",
];
