// Goal: I4-I8 of every reader, whatever happens to notices, readers and the store's answers.
//
// Method: random steps over one simulation: commits; notices told, lost, doubled, reordered or late; readers that
// join with and without a position, take a little, take all, are cut and resume; a store that answers when the
// test says so or is down; a bus that is down or tells of a gap. Then the simulation ends, its last notices lost
// or not, and everything heals. Every reader must have seen exactly the log from its position on, and its end.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EventBody, eventTypes, type SimulationEvent } from "../../src/core/events.ts";
import type { Notice } from "../../src/core/ports/bus.ts";
import type { FeedItem, FollowOptions } from "../../src/feed/feed.ts";
import { changedTo, logged, sampled } from "../support/simulations.ts";
import { createWorld, nothingLeft, smallLimits, theId, turn, type World } from "./world.ts";

type Step =
  | { readonly do: "commit"; readonly bodies: readonly EventBody[]; readonly tell: "now" | "later" | "never" }
  | { readonly do: "tell"; readonly which: number; readonly keep: boolean }
  | { readonly do: "lose"; readonly which: number }
  | { readonly do: "stale"; readonly reason: string | null }
  | { readonly do: "join"; readonly after: number | null; readonly wish: Wish }
  | { readonly do: "take"; readonly who: number; readonly count: number }
  | { readonly do: "cut"; readonly who: number }
  | { readonly do: "answer" }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "gap" }
  | { readonly do: "store"; readonly down: boolean }
  | { readonly do: "bus"; readonly up: boolean };

/** What a reader asks for beside its position. */
type Wish = Pick<FollowOptions, "types" | "maxRate">;

const body = fc.oneof(
  { weight: 5, arbitrary: fc.constant<EventBody>(sampled()) },
  { weight: 2, arbitrary: fc.constant<EventBody>(logged()) },
  { weight: 1, arbitrary: fc.constant<EventBody>(changedTo("RUNNING", "PAUSED")) },
);
const index = fc.nat({ max: 20 });
const bodies = fc.array(body, { minLength: 1, maxLength: 6 });
const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ types: fc.subarray([...eventTypes], { minLength: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ maxRate: fc.constantFrom(0.1, 10, 1_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      types: fc.subarray([...eventTypes], { minLength: 1 }),
      maxRate: fc.constantFrom(0.1, 10, 1_000),
    }),
  },
);
const tell = fc.constantFrom("now", "later", "never");

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("commit"), bodies, tell }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("tell"), which: index, keep: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose"), which: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stale"), reason: fc.constantFrom("silent", null) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("join"), after: fc.option(index), wish }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("take"), who: index, count: fc.nat({ max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cut"), who: index }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("answer") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("advance"), ms: fc.nat({ max: 200 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("gap") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("store"), down: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("bus"), up: fc.boolean() }) },
);

/** One client: it takes as much as it wants, is cut, and resumes after the last event that it has seen. */
class Client {
  readonly seen: FeedItem[] = [];
  /** Everything after this has to come; null until the first LIVE or STALE of a reader without `after` says it. */
  base: number | null;
  ended = false;
  error: unknown = null;
  readonly wish: Wish;
  readonly #world: World;
  #stream: Promise<AsyncIterableIterator<FeedItem>>;
  #wanted = 0;
  #taking = false;

  constructor(world: World, after: number | null, wish: Wish) {
    this.#world = world;
    this.wish = wish;
    this.base = after;
    this.#stream = this.#follow(after);
  }

  #follow(after: number | null): Promise<AsyncIterableIterator<FeedItem>> {
    const stream = this.#world.follow(after === null ? this.wish : { ...this.wish, after });
    stream.catch(() => {});
    return stream;
  }

  take(count: number): void {
    this.#wanted += count;
    if (!this.#taking) void this.#run();
  }

  async #run(): Promise<void> {
    this.#taking = true;
    try {
      while (this.#wanted > 0 && !this.ended) {
        const stream = this.#stream;
        const next = await (await stream).next();
        // What a broken connection still brings, nobody sees.
        if (stream !== this.#stream) continue;
        if (next.done) {
          this.ended = true;
          break;
        }
        this.#wanted -= 1;
        this.#see(next.value);
      }
    } catch (error) {
      this.error = error;
    }
    this.#taking = false;
  }

  #see(item: FeedItem): void {
    this.seen.push(item);
    if (this.base === null && item.kind === "state") this.base = item.seq;
  }

  /** The connection breaks; the client comes back with what it has. */
  async cut(): Promise<void> {
    const resumeAt = this.base === null ? null : Math.max(this.base, ...this.events().map(({ seq }) => seq));
    if (resumeAt === null) return;
    const stream = this.#stream;
    this.#stream = this.#follow(resumeAt);
    await stream.then((old) => old.return?.()).catch(() => {});
  }

  async leave(): Promise<void> {
    await this.#stream.then((stream) => stream.return?.()).catch(() => {});
  }

  events(): SimulationEvent[] {
    return this.seen.flatMap((item) => (item.kind === "event" ? [item.event] : []));
  }
}

async function play(steps: readonly Step[], lastIsTold: boolean): Promise<void> {
  const world = createWorld(smallLimits);
  const unanswered: (() => void)[] = [];
  const held: Notice[] = [];
  const clients: Client[] = [];
  world.store.before = () => new Promise((resolve) => unanswered.push(resolve));

  async function run(next: Step): Promise<void> {
    const client = "who" in next ? clients[next.who % Math.max(1, clients.length)] : undefined;
    const which = "which" in next ? next.which % Math.max(1, held.length) : 0;
    switch (next.do) {
      case "commit": {
        const notice = world.commit(next.bodies, { progress: Math.random() });
        if (next.tell === "now") world.bus.publish(notice);
        if (next.tell === "later") held.push(notice);
        break;
      }
      case "tell": {
        const notice = next.keep ? held[which] : held.splice(which, 1)[0];
        if (notice !== undefined) world.bus.publish(notice);
        break;
      }
      case "lose":
        held.splice(which, 1);
        break;
      case "stale":
        world.say([], { staleReason: next.reason });
        break;
      case "join":
        clients.push(
          new Client(world, next.after === null ? null : Math.min(next.after, lastSeq(world)), next.wish),
        );
        break;
      case "take":
        client?.take(next.count);
        break;
      case "cut":
        // A client that waits for the store cannot be cut before it is answered.
        void client?.cut();
        break;
      case "answer":
        unanswered.shift()?.();
        break;
      case "advance":
        world.clock.advance(next.ms);
        break;
      case "gap":
        world.bus.gap();
        break;
      case "store":
        world.store.down = next.down;
        break;
      case "bus":
        world.bus.setHealth(next.up);
        break;
    }
    await turn();
  }

  for (const next of steps) await run(next);

  world.store.down = false;
  world.bus.setHealth(true);
  world.store.before = async () => {};
  for (const answer of unanswered.splice(0)) answer();
  await turn();
  const last = world.commit([sampled(), changedTo("COMPLETED")], { status: "COMPLETED" });
  if (lastIsTold) world.bus.publish(last);
  // A follow that met the store down was refused: such a client comes again.
  const going = clients.filter(({ error }) => error === null);
  for (const client of clients) client.take(Number.POSITIVE_INFINITY);
  for (let round = 0; round < 60 && going.some(({ ended, error }) => !ended && error === null); round += 1) {
    world.clock.advance(smallLimits.quietCheckMs);
    await turn();
  }
  await turn();

  for (const client of clients) {
    if (client.error !== null) {
      expect(client.error).toMatchObject({ code: "UNAVAILABLE" });
      await client.leave();
      continue;
    }
    check(world, client);
  }
  for (let round = 0; round < 3; round += 1) await turn();
  expect(world.leftovers()).toEqual(nothingLeft);
}

function lastSeq(world: World): number {
  return world.store.row(theId).lastSeq;
}

function check(world: World, { base, ended, seen, wish }: Client): void {
  const log = world.store.log(theId);
  const end = lastSeq(world);
  expect(ended).toBe(true);
  const events = seen.flatMap((item) => (item.kind === "event" ? [item.event] : []));
  for (const event of events) expect(event).toBe(log[event.seq - 1]);
  const isWanted = ({ body }: SimulationEvent) => wish.types?.includes(body.type) ?? true;
  const isDue = (event: SimulationEvent) =>
    isWanted(event) && (wish.maxRate === undefined || event.body.type !== "METRICS_SAMPLED");
  expect(events.every(isWanted)).toBe(true);
  // A reader without a position begins with two events at most, then has all that comes after its base. Where the
  // simulation ended before it took anything there was no state, and its base is not known.
  const due = log.filter(isDue).map(({ seq }) => seq);
  const given = events.filter(isDue).map(({ seq }) => seq);
  if (base === null) {
    const dense = given.filter((seq, index) => seq === due[due.length - given.length + index]);
    expect(given.length - dense.length).toBeLessThanOrEqual(2);
  } else {
    expect(events.filter(({ seq }) => seq <= base).length).toBeLessThanOrEqual(2);
    expect(given.filter((seq) => seq > base)).toEqual(due.filter((seq) => seq > base));
  }
  // The last metrics, and the end, are never left out.
  const last = log.findLast((event) => isWanted(event) && event.seq > (base ?? end - 1));
  if (last !== undefined) expect(events.at(-1)).toBe(last);
  const lastMetrics = log.findLast((event) => event.body.type === "METRICS_SAMPLED");
  if (lastMetrics !== undefined && isWanted(lastMetrics)) {
    if (lastMetrics.seq > (base ?? end)) expect(events).toContain(lastMetrics);
  }
  // I4, and a state never speaks of what lies before the events given.
  let newest = 0;
  for (const item of seen) {
    const seq = item.kind === "event" ? item.event.seq : item.seq;
    expect(item.simulation.lastSeq).toBeGreaterThanOrEqual(seq);
    expect(seq).toBeGreaterThanOrEqual(item.kind === "event" ? newest + 1 : newest);
    if (item.kind === "event") newest = seq;
  }
}

describe("delivery", () => {
  it("I4-I8: every reader sees exactly the log, and its end, whatever happens on the way", async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), fc.boolean(), play), {
      numRuns: 500,
    });
  });
});
