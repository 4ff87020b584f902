// An outside client that keeps the log of one simulation as its stream brings it, and resumes after whatever cuts it.
import { GraphQLWsClient } from "./graphql-ws-client.ts";

/** What the stream says of an event; the fields depend on its type. */
export interface SeenEvent {
  readonly __typename: string;
  readonly seq: number;
  readonly simulatedTime: number;
  readonly [field: string]: unknown;
}

export const eventFields = `
  __typename seq at simulatedTime
  ... on StatusChanged { status previousStatus desiredStatus reason }
  ... on SpeedChanged { speed desiredSpeed }
  ... on MetricsSampled {
    progress throughput errorRate latencyP50 latencyP95 latencyP99 inFlight
    components { componentId throughput utilization queueLength errorRate latencyP95 }
  }
  ... on LogEmitted { level code message componentId }
  ... on AttemptStarted { attempt reason }
  ... on StreamStateChanged { state reason }`;

const subscription = `subscription ($id: ID!, $after: Int) {
  simulationEvents(simulationId: $id, after: $after) { ${eventFields} }
}`;

export class LogClient {
  readonly id: string;
  /** Of the log, in the order in which they came. */
  readonly events: SeenEvent[] = [];
  /** About the stream. */
  readonly states: SeenEvent[] = [];
  completed = false;
  #watchers = new Set<() => void>();
  #failure: unknown;

  constructor(id: string) {
    this.id = id;
  }

  get lastSeq(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  /** One connection: until the stream completes or the socket closes. Rejects on a GraphQL error. */
  async follow(url: string, after: number | null = this.lastSeq): Promise<"completed" | "closed"> {
    try {
      return await this.#follow(url, after);
    } catch (error) {
      this.#failure = error;
      this.#changed();
      throw error;
    }
  }

  async #follow(url: string, after: number | null): Promise<"completed" | "closed"> {
    const client = await GraphQLWsClient.connect({ url });
    let taken = 0;
    client.subscribe("log", subscription, after === null ? { id: this.id } : { id: this.id, after });
    for (;;) {
      const frame = await client
        .frame(() => client.frames.length > taken)
        .then(
          () => client.frames[taken++],
          () => null,
        );
      if (frame === null) return "closed";
      if (frame?.type === "next") this.#take(frame.payload);
      if (frame?.type === "error") throw new Error(JSON.stringify(frame.payload));
      if (frame?.type === "complete") {
        this.completed = true;
        await client.close();
        return "completed";
      }
    }
  }

  /** Follows, again and again, what `url` names, until the stream completes. */
  async followAcross(url: () => Promise<string>): Promise<void> {
    while (!this.completed) {
      const to = await url();
      await this.#follow(to, this.lastSeq).catch((error) => {
        // Between two lives nobody listens.
        if (!/ECONNREFUSED|ECONNRESET|hang up|closed before/.test(String(error))) throw error;
      });
    }
  }

  async until(holds: (client: LogClient) => boolean): Promise<void> {
    while (!holds(this)) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  #take(payload: unknown): void {
    const { data, errors } = payload as { data?: { simulationEvents: SeenEvent }; errors?: unknown };
    if (data === undefined || errors !== undefined) throw new Error(JSON.stringify(payload));
    const event = data.simulationEvents;
    (event.__typename === "StreamStateChanged" ? this.states : this.events).push(event);
    this.#changed();
  }

  #changed(): void {
    const watchers = this.#watchers;
    this.#watchers = new Set();
    for (const resume of watchers) resume();
  }
}

/** What the engine said: the same for every run of the same config and seed. */
export function engineSaid(events: readonly SeenEvent[]): unknown[] {
  return (
    events
      .filter(({ __typename }) => __typename === "MetricsSampled" || __typename === "LogEmitted")
      // That one is the service's own.
      .filter(({ code }) => code !== "OWNER_CHANGED")
      .map(({ seq: _seq, at: _at, ...said }) => said)
  );
}
