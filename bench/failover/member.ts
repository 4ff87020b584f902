// One viewer of a crowd: counts that nothing is missing or doubled, and comes back as clients do behind a load balancer:
// after a pause that is drawn and grows, and where an address takes no connection, at once at another one.
import { WebSocket } from "ws";

interface MemberOptions {
  readonly urls: readonly string[];
  readonly simulation: string;
  readonly wrong: (what: string) => void;
}

const subscription = `subscription ($id: ID!, $after: Int) { simulationEvents(simulationId: $id, after: $after) {
  __typename seq at simulatedTime
  ... on MetricsSampled { progress throughput errorRate latencyP50 latencyP95 latencyP99
    components { componentId utilization queueLength latencyP95 } }
  ... on StatusChanged { status reason }
  ... on StreamStateChanged { state reason } } }`;

/** The first pause, ms; doubled after each attempt in vain. */
const pauseMs = 1_000;
const longestPauseMs = 8_000;

export class CrowdMember {
  /** ms since the epoch: the first new event after the connection was lost. */
  backAt: number | null = null;
  readonly #options: MemberOptions;
  #last = 0;
  #lost = false;
  #replica = 0;
  #attempts = 0;

  constructor(options: MemberOptions) {
    this.#options = options;
  }

  get sawEvent(): boolean {
    return this.#last > 0;
  }

  connect(): void {
    const { urls } = this.#options;
    const socket = new WebSocket(`${urls[this.#replica % urls.length]}/graphql`, "graphql-transport-ws", {
      perMessageDeflate: false,
    });
    socket.on("open", () => socket.send('{"type":"connection_init"}'));
    socket.on("message", (data) => this.#hear(socket, String(data)));
    let isNobodyThere = false;
    socket.on("error", (error) => {
      isNobodyThere = "code" in error && error.code === "ECONNREFUSED";
    });
    socket.once("close", () => {
      // Refused before it saw anything, it has nothing to resume.
      if (this.#last > 0) this.#lost = true;
      if (isNobodyThere) {
        this.#replica += 1;
        if (this.#replica % urls.length > 0) {
          this.connect();
          return;
        }
      }
      const pause = Math.min(longestPauseMs, pauseMs * 2 ** this.#attempts);
      this.#attempts += 1;
      setTimeout(() => this.connect(), pause * Math.random());
    });
  }

  #hear(socket: WebSocket, text: string): void {
    const { simulation, wrong } = this.#options;
    const message: { type: string; payload?: unknown } = JSON.parse(text);
    if (message.type === "ping") socket.send('{"type":"pong"}');
    else if (message.type === "connection_ack") {
      const variables = { id: simulation, ...(this.#last > 0 ? { after: this.#last } : {}) };
      socket.send(
        JSON.stringify({ id: "1", type: "subscribe", payload: { query: subscription, variables } }),
      );
    } else if (message.type === "next") this.#take(message.payload);
    else wrong(text.slice(0, 500));
  }

  #take(payload: unknown): void {
    const { data, errors } = payload as {
      data?: { simulationEvents: { __typename: string; seq: number } };
      errors?: unknown;
    };
    if (data === undefined || errors !== undefined) {
      this.#options.wrong(JSON.stringify(payload).slice(0, 500));
      return;
    }
    const { __typename: type, seq } = data.simulationEvents;
    if (type === "StreamStateChanged") return;
    // The first look begins with the newest status and metrics, which need not be neighbours.
    const isResumed = this.#lost;
    if ((isResumed && seq !== this.#last + 1) || seq <= this.#last) {
      this.#options.wrong(`After ${this.#last} came ${seq}.`);
    }
    this.#last = seq;
    this.#attempts = 0;
    if (isResumed) this.backAt ??= Date.now();
  }
}
