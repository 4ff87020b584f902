// Events that are in the log before they are published, as the service's own are: who falls behind finds them there.
import type { Redis } from "ioredis";
import type { EventBody } from "../../src/core/events.ts";
import type { SimulationStore } from "../../src/core/ports/store.ts";
import type { SimulationStatus } from "../../src/core/simulation.ts";
import { encodeNotice } from "../../src/redis/message.ts";
import { sample } from "../fanout/metrics.ts";
import { notices } from "../fanout/publications.ts";
import { Theatre } from "../fanout/theatre.ts";
import type { Subject } from "../fanout/world.ts";

/** Commits under way; beyond it nothing more is played, and `skipped` says so. */
const mostUnderWay = 2_000;
/** Viewers may lag by that many events. */
const remembered = 1_048_576;

export class LoggedTheatre extends Theatre {
  /** Events that the log could not take in time. */
  skipped = 0;
  played = 0;
  /** The seqs of changes of status, by simulation. */
  readonly statusSeqs: readonly number[][];
  readonly #publisher: Redis;
  readonly #store: SimulationStore;
  readonly #channels: readonly string[];
  #underWay = 0;

  constructor(redis: Redis, store: SimulationStore, subjects: readonly Subject[]) {
    super(redis, subjects.map(notices), remembered);
    this.#publisher = redis;
    this.#store = store;
    this.#channels = subjects.map(({ channel }) => channel);
    this.statusSeqs = subjects.map(() => []);
  }

  override play(simulation: number): void {
    if (this.#underWay >= mostUnderWay) this.skipped += 1;
    else void this.#log(simulation, () => sample).catch((error) => this.fail(error));
  }

  /** Resolves when it is published. */
  playStatus(simulation: number): Promise<void> {
    return this.#log(simulation, (previousStatus) => ({
      type: "STATUS_CHANGED",
      previousStatus,
      status: previousStatus === "RUNNING" ? "PAUSED" : "RUNNING",
      desiredStatus: "RUNNING",
      reason: null,
    }));
  }

  async #log(simulation: number, bodyAfter: (status: SimulationStatus) => EventBody): Promise<void> {
    const id = this.simulations[simulation]?.simulationId ?? "";
    this.#underWay += 1;
    const result = await this.#store.change(id, { by: "service" }, (before) => {
      const body = bodyAfter(before.status);
      const simulatedTime = before.simulatedTime + 1;
      const status = body.type === "STATUS_CHANGED" ? { status: body.status } : {};
      return { patch: { simulatedTime, ...status }, events: [{ simulatedTime, engineSeq: null, body }] };
    });
    this.#underWay -= 1;
    if (result.kind !== "changed") throw new Error(`The log of ${id} does not take events: ${result.kind}`);
    for (const { seq, body } of result.events) {
      this.lastSeqs[simulation] = Math.max(seq, this.lastSeqs[simulation] ?? 0);
      this.published(simulation, seq);
      if (body.type === "STATUS_CHANGED") this.statusSeqs[simulation]?.push(seq);
    }
    this.played += result.events.length;
    await this.#publisher.publish(this.#channels[simulation] ?? "", encodeNotice(result));
  }
}
