// One run of one profile: a cluster, clients, a workload, a nemesis; then quiet, and the oracle's judgement.
import { startCluster } from "../../cluster/cluster.ts";
import { Audit, type Written } from "./audit.ts";
import { collect, leftoverRuns } from "./collect.ts";
import { Follower } from "./follower.ts";
import { Recorder } from "./history.ts";
import type { Nemesis, Scene, Window } from "./nemesis/nemesis.ts";
import { Occupancy, type Places, watchOccupancy } from "./occupancy.ts";
import type { EndState } from "./oracle/end-state.ts";
import { type Judgement, judge } from "./oracle/judge.ts";
import { callsOfReplaced, staleCalls, takeoversByFreeze, untoldOwners } from "./owner-changes.ts";
import type { Profile } from "./profiles.ts";
import { Random } from "./random.ts";
import { deliveryDelays, gapsOf, ownedAfter, seenAfter, staleWrites, storedAfter } from "./takeovers.ts";
import { Workload } from "./workload.ts";
import { type World, waitUntil } from "./world.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly profile: Profile;
  readonly rounds: number;
  /** No round begins after so long; for a run that must end in time. */
  readonly seconds: number;
  /** The checkout that the service is run from; this one. */
  readonly root?: string;
  readonly say: (line: string) => void;
}

export interface Result {
  readonly judgement: Judgement;
  readonly rounds: number;
  readonly seconds: number;
  readonly counts: ReadonlyMap<string, number>;
  /** Measurements in ms, by name. */
  readonly samples: ReadonlyMap<string, readonly number[]>;
}

const engineCapacity = 160;
/** Until enough run, ms. */
const warmUpWithinMs = 60_000;
/** When the faults are over, runs have so long to end by themselves before they are stopped, ms. */
const endByThemselvesMs = 10_000;
/** Until all of them have ended, ms. */
const endsWithinMs = 60_000;
/** Streams that end later than the simulation are given so long, ms. */
const completesWithinMs = 20_000;
const leftoversWithinMs = 60_000;

/** As by default: what is lost ends by itself. */
const orphanTimeoutMs = 30_000;

const roomForAll: Places = { total: 300, perProject: 300, perUser: 300 };

function settingsOf({ total, perProject, perUser }: Places) {
  return {
    MAX_SIMULATIONS: String(total),
    MAX_SIMULATIONS_PER_PROJECT: String(perProject),
    MAX_SIMULATIONS_PER_USER: String(perUser),
    MAX_QUEUED_PER_USER: "100000",
    ORPHAN_TIMEOUT_MS: String(orphanTimeoutMs),
    // All clients are one user's, at one address.
    LIMIT_POINTS_PER_USER: "100000000",
    LIMIT_SOCKETS_PER_USER: "10000",
    LIMIT_SOCKETS_PER_ADDRESS: "10000",
    LIMIT_UNACKNOWLEDGED_PER_ADDRESS: "1000",
    LIMIT_FAILURES_PER_ADDRESS: "100000",
    LIMIT_SUBSCRIPTIONS_PER_USER: "100000",
  };
}

export async function runChaos(options: ChaosOptions): Promise<Result> {
  const nemesis = await options.profile.nemesis();
  try {
    return await runAgainst(nemesis, options);
  } finally {
    await nemesis.close?.();
  }
}

async function runAgainst(nemesis: Nemesis, options: ChaosOptions): Promise<Result> {
  const { seed, profile, rounds, seconds, root, say } = options;
  const launched = performance.now();
  const cluster = await startCluster({
    ...nemesis.needs,
    engineCapacity,
    ledgers: true,
    env: { ...settingsOf(profile.limits ?? roomForAll), ...nemesis.needs?.env },
    ...(root === undefined ? {} : { root }),
  });
  try {
    const began = performance.now();
    say(`the cluster is up after ${((began - launched) / 1_000).toFixed(1)} s`);
    const audit = await Audit.install(cluster.databaseUrl);
    let endWatch = () => {};
    const world: World = { cluster, audit, random: new Random(seed), recorder: new Recorder(), say };
    try {
      const scene = begun(world, profile);
      endWatch = watchOccupancy(audit, scene.occupancy);
      const done = await faults(scene, nemesis, rounds, began + seconds * 1_000);
      await quiet(scene);
      const result = await judged(scene);
      return { ...result, rounds: done, seconds: Math.round((performance.now() - began) / 1_000) };
    } finally {
      endWatch();
      await audit.close();
    }
  } finally {
    await cluster.close();
  }
}

function begun(world: World, { clients, workload, enough, limits = roomForAll }: Profile): Scene {
  const followers = Array.from({ length: clients }, (_, index) => new Follower(`client-${index}`, world));
  return {
    ...world,
    followers,
    workload: new Workload(world, followers, workload),
    losses: [],
    freezes: [],
    windows: [],
    occupancy: new Occupancy(limits),
    counts: new Map(),
    samples: new Map(),
    enough,
  };
}

async function faults(scene: Scene, nemesis: Nemesis, rounds: number, deadline: number): Promise<number> {
  const wandering = setInterval(() => {
    scene.random.pick(scene.followers).wander(scene.random.chance(0.5));
  }, 700);
  try {
    const runs = async () =>
      (await scene.audit.active()).filter(({ status }) => status === "RUNNING").length >=
      scene.enough.running;
    await waitUntil(runs, warmUpWithinMs, 300);
    let done = 0;
    while (done < rounds && performance.now() < deadline) {
      await nemesis.round(scene, done + 1);
      done += 1;
    }
    return done;
  } finally {
    clearInterval(wandering);
  }
}

async function quiet(scene: Scene): Promise<void> {
  const { workload, followers, cluster, audit, recorder, say } = scene;
  for (const replica of cluster.replicas) if (!replica.running) await replica.start();
  await workload.stop();
  const ended = async () => (await audit.active()).length === 0;
  if (!(await waitUntil(ended, endByThemselvesMs, 500))) await workload.stopTheRest();
  recorder.record("suite", { kind: "calm" });
  say("calm: waiting for the end of what runs");
  await waitUntil(ended, endsWithinMs, 500);
  const followed = () => followers.reduce((sum, { size }) => sum + size, 0);
  if (!(await waitUntil(async () => followed() === 0, completesWithinMs))) {
    scene.counts.set("streams that never completed", followed());
  }
  for (const follower of followers) follower.close();
  const engines = cluster.engines.map(({ address }) => address);
  await waitUntil(async () => (await leftoverRuns(scene, engines)) === 0, leftoversWithinMs, 1_000);
}

async function judged(scene: Scene): Promise<Pick<Result, "judgement" | "counts" | "samples">> {
  const { recorder, audit, cluster, workload } = scene;
  const written = await audit.written();
  const engines = cluster.engines.map(({ address }) => address);
  const { observed, looks, waits } = scene.occupancy;
  const end = await collect(scene, { written, engines, orphanTimeoutMs, observed });
  const judgement = judge(recorder.history, end, recorder.dropped);
  const counts = new Map(scene.counts);
  counts.set("intents", workload.intents);
  counts.set("stops among them", workload.stops);
  counts.set("calls asked again", workload.retries);
  counts.set("starts that failed", workload.failedStarts);
  counts.set("stale writes", staleWrites(written, cluster.replicaIds).length);
  counts.set("stale engine calls", staleCalls(end.calls).length);
  counts.set("logs that do not tell of a change of owner", untoldOwners(end.rows, end.events));
  counts.set("looks at the places taken", looks);
  counts.set("looks at which some waited for a place", waits);
  for (const { scope, of, most, limit } of observed) counts.set(`places of ${limit}, ${scope} ${of}`, most);
  counts.set("runs left over", await leftoverRuns(scene, engines));
  if (scene.freezes.length > 0) {
    const takeovers = takeoversByFreeze(scene.freezes, written, recorder.history);
    counts.set("simulations of frozen owners", takeovers.length);
    counts.set("most takeovers of one simulation in one freeze", Math.max(0, ...takeovers));
    counts.set("taken over more than once in one freeze", takeovers.filter((times) => times > 1).length);
  }
  return { judgement, counts, samples: measured(scene, written, end) };
}

function measured(
  { samples, losses, windows, recorder: { history } }: Scene,
  written: readonly Written[],
  { calls, issued }: EndState,
): Map<string, readonly number[]> {
  const all = new Map<string, readonly number[]>(samples);
  if (losses.length > 0) {
    all.set("Takeover (loss to next owner's first write)", ownedAfter(losses, written));
    all.set("Takeover (loss to next engine event stored)", storedAfter(losses, written, history));
    all.set("Gap between engine events stored", gapsOf(losses, written));
    all.set("Next event at clients that were cut", seenAfter(losses, written, history));
    all.set("Replaced, and an engine that had not heard of it took a call", callsOfReplaced(calls, issued));
  }
  all.set("Delivery (stored to received)", deliveryDelays(history, 0, Number.MAX_SAFE_INTEGER));
  for (const [what, some] of Map.groupBy(windows, (one: Window) => one.what)) {
    all.set(
      `Delivery while ${what}`,
      some.flatMap(({ from, to }) => deliveryDelays(history, from, to)),
    );
  }
  return all;
}
