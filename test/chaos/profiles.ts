// The profiles of chaos: which faults, under which load.
import { engineFaults } from "./nemesis/engines.ts";
import { freezes } from "./nemesis/freezes.ts";
import { kills } from "./nemesis/kills.ts";
import { type Nemesis, oneAfterTheOther } from "./nemesis/nemesis.ts";
import { partitions } from "./nemesis/partitions.ts";
import { postgresFaults } from "./nemesis/postgres.ts";
import { redisFaults } from "./nemesis/redis.ts";
import { rolling } from "./nemesis/rolling.ts";
import { stops } from "./nemesis/stops.ts";
import { strangers } from "./nemesis/strangers.ts";
import type { Places } from "./occupancy.ts";
import type { WorkloadOptions } from "./workload.ts";

export interface Profile {
  readonly nemesis: () => Nemesis | Promise<Nemesis>;
  /** Outside clients. */
  readonly clients: number;
  readonly rounds: number;
  /** Before a victim is struck so many simulations must run, and so many of them must be the victim's. */
  readonly enough: { readonly running: number; readonly owned: number };
  readonly workload: WorkloadOptions;
  /** Left out: more than are ever wanted. Else at least one binds, and some simulations always wait. */
  readonly limits?: Places;
}

/** Killed anywhere, and back at once. */
const atOnce = { armedShare: 0, awayMs: 0 };

const usual: WorkloadOptions = {
  running: 54,
  followersEach: 7,
  seconds: [40, 100],
  rate: [2, 4],
  raced: 0.1,
  racers: 3,
};

const usually = { clients: 36, rounds: 10, enough: { running: 50, owned: 10 }, workload: usual };

const littleWork: WorkloadOptions = {
  ...usual,
  running: 12,
  followersEach: 4,
  seconds: [8, 14],
  rate: [3, 6],
  raced: 0.2,
};

const little = { clients: 8, rounds: 3, enough: { running: 9, owned: 3 }, workload: littleWork };

export const profiles = {
  /** More than enough, so that 50 still run while the next are being started. */
  kills: {
    ...usually,
    nemesis: () => kills({ armedShare: 0.12, awayMs: 3_000 }),
    workload: { ...usual, running: 56 },
  },
  freeze: { ...usually, nemesis: () => freezes(10_000) },
  redis: { ...usually, nemesis: () => redisFaults(6_000) },
  /** One long absence. */
  "redis-minute": { ...usually, rounds: 1, nemesis: () => redisFaults(60_000, "kill") },
  postgres: { ...usually, nemesis: () => postgresFaults() },
  "postgres-restarts": { ...usually, rounds: 45, nemesis: () => postgresFaults(["restart"]) },
  partitions: { ...usually, nemesis: partitions },
  engines: { ...usually, nemesis: engineFaults },
  strangers: { ...usually, nemesis: strangers },
  stops: {
    ...usually,
    enough: { running: 3, owned: 0 },
    nemesis: stops,
    workload: { ...usual, running: 24, followersEach: 3, seconds: [0.5, 2], raced: 1, racers: 12 },
    limits: { total: 300, perProject: 16, perUser: 300 },
  },
  rolling: {
    nemesis: rolling,
    rounds: 1,
    clients: 1_000,
    enough: usually.enough,
    workload: { ...usual, followersEach: 17, rate: [1, 1], raced: 0.02 },
  },
  /** A little of the worst, on a small cluster: for every run of the tests. */
  short: {
    ...little,
    rounds: 4,
    nemesis: () =>
      oneAfterTheOther([kills(atOnce), redisFaults(3_000, "kill"), freezes(3_500), kills(atOnce)]),
    workload: { ...littleWork, running: 15 },
    limits: { total: 300, perProject: 300, perUser: 12 },
  },
  "short-kills": { ...little, nemesis: () => kills(atOnce) },
  "short-freezes": { ...little, nemesis: () => freezes(5_000) },
  "short-stops": {
    ...little,
    enough: { running: 3, owned: 0 },
    nemesis: stops,
    workload: { ...littleWork, seconds: [1, 3], raced: 1, racers: 6 },
    limits: { total: 8, perProject: 300, perUser: 300 },
  },
} satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;

export function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}

/** Those that `all` stands for. */
export const thorough: readonly ProfileName[] = [
  "kills",
  "freeze",
  "redis",
  "redis-minute",
  "postgres",
  "postgres-restarts",
  "partitions",
  "engines",
  "strangers",
  "stops",
  "rolling",
];
