import type { Feed, FeedItem } from "../../src/feed/feed.ts";
import { Stream } from "../../src/feed/stream.ts";
import { sampled, simulationOf } from "../support/simulations.ts";

/** A feed whose streams say one thing and then nothing, and which counts them. */
export class HangingFeed implements Feed {
  open = 0;
  opened = 0;
  #watchers: (() => void)[] = [];

  async follow(): Promise<AsyncIterableIterator<FeedItem>> {
    this.opened += 1;
    this.open += 1;
    this.#changed();
    let said = false;
    let released = false;
    return new Stream<FeedItem>({
      take: () => {
        if (said) return "wait";
        said = true;
        return firstItem;
      },
      load: () => {},
      onWake: () => {},
      release: () => {
        if (released) return;
        released = true;
        this.open -= 1;
        this.#changed();
      },
    });
  }

  updates(): Promise<never> {
    return Promise.reject(new Error("Not part of this feed."));
  }

  async close(): Promise<void> {}

  /** Resolves when the condition holds. */
  async until(holds: (feed: HangingFeed) => boolean): Promise<void> {
    while (!holds(this)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  #changed(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const resume of watchers) resume();
  }
}

const firstItem: FeedItem = {
  kind: "event",
  event: {
    simulationId: "sim-1",
    seq: 1,
    at: new Date(0),
    simulatedTime: 1,
    engineSeq: 1,
    body: sampled(),
  },
  simulation: simulationOf("sim-1"),
};
