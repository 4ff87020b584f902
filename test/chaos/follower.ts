// An outside client: one socket at a time, over which it follows many simulations, and which it finds again whatever
// becomes of it. Every frame goes into the history.
import { WebSocket } from "ws";
import type { SimulationStatus } from "../../src/core/simulation.ts";
import { developmentViewer, projectsOf } from "../../src/core/viewer.ts";
import { selection, typeNamed } from "./content.ts";
import { hashOf, type StreamState } from "./history.ts";
import { someAddress, type World } from "./world.ts";

const subscription = `subscription ($id: ID!, $after: Int) { simulationEvents(simulationId: $id, after: $after) {
  ${selection}
  ... on StreamStateChanged { state reason } } }`;

/** An answer to a ping or a frame must come within this, ms; else the connection is taken for dead. */
const silentMs = 2_500;
const pingEveryMs = 1_000;
const openWithinMs = 2_000;

interface Seen {
  readonly __typename: string;
  readonly seq: number;
  readonly at: string;
  readonly status?: SimulationStatus;
  readonly state?: StreamState["state"];
  readonly reason?: string | null;
}

interface Followed {
  readonly simulation: string;
  /** The greatest seq that was handled. */
  after: number;
  /** Of the present connection; null: not subscribed on it. */
  stream: string | null;
  opened: number;
}

export class Follower {
  readonly name: string;
  readonly #world: World;
  readonly #followed = new Map<string, Followed>();
  readonly #byStream = new Map<string, Followed>();
  #socket: WebSocket | undefined;
  #acknowledged = false;
  #replica = "";
  /** The one that it was last connected to in vain, or cut off from. */
  #failed: string | undefined;
  #heardAt = 0;
  #closed = false;
  #failures = 0;
  readonly #timer: NodeJS.Timeout;
  #retry: NodeJS.Timeout | undefined;

  constructor(name: string, world: World) {
    this.name = name;
    this.#world = world;
    const { userId: user, admin } = developmentViewer;
    const projects = projectsOf(developmentViewer);
    world.recorder.record(name, { kind: "joined", user, projects, admin });
    this.#timer = setInterval(() => this.#lookAfter(), pingEveryMs);
    this.#connect();
  }

  /** How many simulations it follows whose stream has not completed. */
  get size(): number {
    return this.#followed.size;
  }

  /** `after`: 0 for the whole log. */
  follow(simulation: string, after = 0): void {
    if (this.#closed || this.#followed.has(simulation)) return;
    const followed: Followed = { simulation, after, stream: null, opened: 0 };
    this.#followed.set(simulation, followed);
    if (this.#acknowledged) this.#subscribe(followed);
  }

  /** Lets the connection go, rudely or in order, and comes back on another one. */
  wander(rudely: boolean): void {
    if (rudely) this.#socket?.terminate();
    else this.#socket?.close(1000);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    this.#socket?.terminate();
  }

  #connect(): void {
    if (this.#closed) return;
    const { url, name } = someAddress(this.#world, this.#failed);
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/graphql`, "graphql-transport-ws", {
      handshakeTimeout: openWithinMs,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    this.#replica = name;
    this.#acknowledged = false;
    this.#heardAt = performance.now();
    socket.on("open", () => socket.send('{"type":"connection_init"}'));
    socket.on("pong", () => {
      this.#heardAt = performance.now();
    });
    socket.on("message", (data) => {
      if (socket === this.#socket) this.#take(String(data));
    });
    socket.on("error", () => {});
    socket.once("close", (code) => this.#lost(code));
  }

  #lost(code: number): void {
    const wasAcknowledged = this.#acknowledged;
    this.#acknowledged = false;
    this.#failed = this.#replica;
    for (const [stream, followed] of this.#byStream) {
      followed.stream = null;
      this.#world.recorder.record(this.name, { kind: "closed", stream, code: code === 1006 ? null : code });
    }
    this.#byStream.clear();
    if (this.#closed) return;
    this.#failures = wasAcknowledged ? 0 : this.#failures + 1;
    const restMs = Math.min(1_000, 30 * 2 ** this.#failures) * this.#world.random.between(0.5, 1);
    this.#retry = setTimeout(() => this.#connect(), restMs);
  }

  #lookAfter(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    const silent = performance.now() - this.#heardAt;
    if (silent > (this.#acknowledged ? silentMs : openWithinMs)) socket.terminate();
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
  }

  #subscribe(followed: Followed): void {
    const { simulation, after } = followed;
    followed.opened += 1;
    const stream = `${this.name}/${simulation}/${followed.opened}`;
    followed.stream = stream;
    this.#byStream.set(stream, followed);
    const subscribed = { kind: "subscribed", stream, simulation, after, types: null, maxRate: null } as const;
    this.#world.recorder.record(this.name, { ...subscribed, replica: this.#replica });
    const payload = { query: subscription, variables: { id: simulation, after } };
    this.#socket?.send(JSON.stringify({ id: stream, type: "subscribe", payload }));
  }

  #take(text: string): void {
    this.#heardAt = performance.now();
    const frame: { type: string; id?: string; payload?: unknown } = JSON.parse(text);
    if (frame.type === "connection_ack") {
      this.#acknowledged = true;
      this.#failures = 0;
      for (const followed of this.#followed.values()) this.#subscribe(followed);
      return;
    }
    if (frame.type === "ping") this.#socket?.send('{"type":"pong"}');
    const followed = frame.id === undefined ? undefined : this.#byStream.get(frame.id);
    if (frame.id === undefined || followed === undefined) return;
    if (frame.type === "next") this.#event(frame.id, followed, frame.payload);
    if (frame.type === "complete") this.#completed(frame.id, followed);
    if (frame.type === "error") this.#broke(frame.id, followed, frame.payload);
  }

  #event(stream: string, followed: Followed, payload: unknown): void {
    const { data, errors } = payload as {
      data?: { simulationEvents: Seen } | null;
      errors?: { extensions?: { code?: string } }[];
    };
    if (data === undefined || data === null || errors !== undefined) {
      this.#broke(stream, followed, errors);
      return;
    }
    const { __typename, ...own } = data.simulationEvents;
    const { simulation } = followed;
    const { seq } = own;
    followed.after = Math.max(followed.after, seq);
    if (__typename === "StreamStateChanged") {
      const { state = "LIVE", reason = null } = own;
      this.#world.recorder.record(this.name, {
        kind: "stream-state",
        stream,
        simulation,
        state,
        seq,
        reason,
      });
      return;
    }
    this.#world.recorder.record(this.name, {
      kind: "event",
      stream,
      simulation,
      seq,
      type: typeNamed(__typename),
      status: own.status ?? null,
      own: hashOf(own),
      committedAt: Date.parse(own.at),
    });
  }

  #completed(stream: string, followed: Followed): void {
    this.#world.recorder.record(this.name, { kind: "completed", stream });
    this.#byStream.delete(stream);
    this.#followed.delete(followed.simulation);
  }

  // Refused or broken off by the service: asked again after a while.
  #broke(stream: string, followed: Followed, payload: unknown): void {
    const code = /"code":"([A-Z_]+)"/.exec(JSON.stringify(payload) ?? "")?.[1] ?? "ERROR";
    this.#world.recorder.record(this.name, { kind: "closed", stream, code });
    this.#byStream.delete(stream);
    followed.stream = null;
    setTimeout(() => {
      const still = this.#followed.get(followed.simulation) === followed;
      if (still && followed.stream === null && this.#acknowledged) this.#subscribe(followed);
    }, 300);
  }
}
