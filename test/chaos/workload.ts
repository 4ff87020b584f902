// Keeps simulations running: starts new ones as old ones end, by key and as often as it takes, has some of them
// stopped, paused and resumed, and finds each its followers.
import { defaultProjectId, developmentViewer } from "../../src/core/viewer.ts";
import { callIntent, callStart, type Intent, type StartInput } from "./caller.ts";
import type { Follower } from "./follower.ts";
import { pause, someAddress, type World, waitUntil } from "./world.ts";

export interface WorkloadOptions {
  /** Simulations that have not ended, at any time. */
  readonly running: number;
  /** Clients that follow each. */
  readonly followersEach: number;
  /** Wall s that a simulation takes. */
  readonly seconds: readonly [number, number];
  /** Events per wall s that a simulation emits. */
  readonly rate: readonly [number, number];
  /** Of simulations, how many are stopped, paused and resumed in a race. */
  readonly raced: number;
  /** Intents that race for one simulation. */
  readonly racers: number;
}

/** Of these not yet under way when the next are started; so that a service that is down is not flooded. */
const startsAtATime = 8;
const lookEveryMs = 400;
/** A simulation ends later than it would by its length alone, s: it has to be placed and begun. */
const latestS = 4;
/** Of starts that were answered, how many are asked again all the same. */
const askedTwice = 0.2;

export class Workload {
  readonly #world: World;
  readonly #options: WorkloadOptions;
  readonly #followers: readonly Follower[];
  readonly #underWay = new Set<Promise<void>>();
  #started = 0;
  #calls = 0;
  #stopping = false;
  #starting = 0;
  #loop: Promise<void>;
  intents = 0;
  /** Of them. */
  stops = 0;
  retries = 0;
  failedStarts = 0;

  constructor(world: World, followers: readonly Follower[], options: WorkloadOptions) {
    this.#world = world;
    this.#options = options;
    this.#followers = followers;
    this.#loop = this.#run();
  }

  get started(): number {
    return this.#started;
  }

  /** Starts nothing more, and resolves when all that was asked has been answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#loop;
    await Promise.all(this.#underWay);
  }

  /** Has all that is still under way stopped, insistently: a long run need not be waited for. */
  async stopTheRest(): Promise<void> {
    const active = await this.#world.audit.active();
    for (let i = 0; i < active.length; i += startsAtATime) {
      await Promise.all(active.slice(i, i + startsAtATime).map(({ id }) => this.#intend(id, "stop")));
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const active = await this.#world.audit.active().catch(() => null);
      const missing = active === null ? 0 : this.#options.running - active.length - this.#starting;
      for (let i = 0; i < Math.min(missing, startsAtATime - this.#starting); i += 1) this.#begin();
      await pause(lookEveryMs);
    }
  }

  #begin(): void {
    this.#starting += 1;
    const task: Promise<void> = this.#one().finally(() => this.#underWay.delete(task));
    this.#underWay.add(task);
  }

  async #one(): Promise<void> {
    const { random } = this.#world;
    const { seconds, rate, raced, followersEach } = this.#options;
    const speed = Math.round(random.between(...rate) * 10) / 10;
    const lasts = random.between(...seconds);
    const input: StartInput = {
      designId: "mm1",
      idempotencyKey: `chaos-${this.#started++}`,
      seed: random.whole(1, 1_000_000),
      duration: Math.max(1, Math.round(lasts * speed)),
      speed,
    };
    const id = await this.#start(input).finally(() => {
      this.#starting -= 1;
    });
    if (id === null) return;
    for (const follower of random.some(this.#followers, followersEach)) follower.follow(id);
    if (random.chance(raced)) await this.#race(id, lasts);
  }

  // The same key until there is an answer; and sometimes once more, as an impatient client does.
  async #start(input: StartInput): Promise<string | null> {
    const { recorder, random } = this.#world;
    let found: string | null = null;
    for (let tries = 0; tries < 200; tries += 1) {
      const call = `start-${this.#calls++}`;
      const { idempotencyKey: key, designId: design } = input;
      recorder.record("workload", {
        kind: "start-asked",
        call,
        key,
        user: developmentViewer.userId,
        project: defaultProjectId,
        design,
      });
      const outcome = await callStart(someAddress(this.#world).url, input);
      recorder.record("workload", { kind: "start-answered", call, outcome });
      if (outcome.kind === "accepted") {
        found = outcome.simulation;
        if (!random.chance(askedTwice)) return found;
      } else if (outcome.kind === "refused") {
        this.failedStarts += 1;
        return found;
      }
      this.retries += 1;
      await pause(random.between(50, 400));
    }
    this.failedStarts += 1;
    return found;
  }

  async #race(id: string, lasts: number): Promise<void> {
    const { random } = this.#world;
    // Some around its very beginning or its end, when it matters most.
    const at = random.pick([0, random.next() * lasts, lasts + random.between(-0.5, latestS)]);
    const due = performance.now() + at * 1000;
    // Nobody waits for a race when the faults are over: it is run at once.
    await waitUntil(async () => this.#stopping, due - performance.now(), 20);
    const kinds: Intent[] = Array.from({ length: this.#options.racers }, (_, index) =>
      index === 0 ? "stop" : random.pick(["stop", "stop", "pause", "resume"] as const),
    );
    await Promise.all(kinds.map((kind) => this.#intend(id, kind)));
  }

  async #intend(id: string, intent: Intent): Promise<void> {
    const { recorder, random } = this.#world;
    await pause(random.between(0, 120));
    for (let tries = 0; tries < 100; tries += 1) {
      const call = `${intent}-${this.#calls++}`;
      recorder.record("workload", { kind: "intent-asked", call, simulation: id, intent, speed: null });
      const outcome = await callIntent(someAddress(this.#world).url, intent, id);
      recorder.record("workload", { kind: "intent-answered", call, outcome });
      this.intents += 1;
      if (intent === "stop") this.stops += 1;
      // A stop is wanted until it is known; nobody insists on the rest.
      if (outcome.kind !== "unknown" || intent !== "stop") return;
      await pause(random.between(50, 400));
    }
  }
}
