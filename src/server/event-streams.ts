// Server-sent events: for networks that block WebSockets. The format is GraphQL over SSE, "distinct connections":
// `next` events with results, then `complete`. A stream that ends without `complete` was cut, and is resumed with
// `after`.
import type { ServerResponse } from "node:http";
import type { ExecutionResult } from "graphql";
import type { Identity } from "../core/ports/identity.ts";
import { type Counter, type Meter, noMeter } from "../core/ports/meter.ts";
import type { Session } from "../core/session.ts";
import { type Endable, endable } from "./endable.ts";
import { formattedResult, type ShapeError } from "./errors.ts";
import type { Bounds } from "./limits.ts";

interface Stream {
  readonly session: Session;
  readonly response: ServerResponse;
  readonly results: Endable<ExecutionResult>;
  /** When the client last took something, or nothing was waiting for it. */
  movedAt: number;
  saidAt: number;
}

export class EventStreams {
  readonly #open = new Set<Stream>();
  readonly #shape: ShapeError;
  readonly #isOver: Identity["isOver"];
  readonly #bounds: Bounds;
  readonly #frames: Counter;
  readonly #characters: Counter;

  constructor(shape: ShapeError, isOver: Identity["isOver"], bounds: Bounds, meter: Meter = noMeter) {
    this.#isOver = isOver;
    this.#frames = meter.counter("simulations_frames_sent_total", { transport: "sse" });
    this.#characters = meter.counter("simulations_frame_characters_sent_total", { transport: "sse" });
    this.#shape = shape;
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Resolves when the stream has ended, by its source or its client. */
  async send(
    response: ServerResponse,
    session: Session,
    source: AsyncIterable<ExecutionResult>,
  ): Promise<void> {
    const now = performance.now();
    const results = endable<ExecutionResult>(source[Symbol.asyncIterator](), {
      failure: (error) => ({ errors: [this.#shape(error)] }),
    });
    const stream: Stream = { response, session, results, movedAt: now, saidAt: now };
    this.#open.add(stream);
    // Without a listener it would end the process.
    response.on("error", () => response.destroy());
    response.once("close", () => {
      stream.results.end();
      this.#open.delete(stream);
    });
    if (response.destroyed) stream.results.end();
    else await write(stream, (text) => this.#count(text));
  }

  #count(text: string): void {
    this.#frames.add();
    this.#characters.add(text.length);
  }

  /** Called now and then: keeps quiet streams open, and cuts those whose client does not read. */
  check(now: number): void {
    const { stalledMs, keepAliveEveryMs } = this.#bounds.limits;
    this.end(this.#isOver);
    for (const stream of this.#open) {
      if (stream.response.writableLength === 0) stream.movedAt = now;
      if (now - stream.movedAt > stalledMs) {
        this.#bounds.hit("stalledMs");
        stream.response.destroy();
      } else if (now - stream.saidAt >= keepAliveEveryMs && takesMore(stream.response)) {
        stream.saidAt = now;
        stream.response.write(":\n\n");
      }
    }
  }

  /** Ends every stream without `complete`, so that clients come back elsewhere. */
  drain(): void {
    this.end(() => true);
  }

  /** The same, of these sessions. */
  end(which: (session: Session) => boolean): void {
    for (const { response, results, session } of this.#open) {
      if (!which(session)) continue;
      results.end();
      response.end();
    }
  }
}

/** Not ended, and nothing waits for the client. */
function takesMore({ writableEnded, writableLength }: ServerResponse): boolean {
  return !writableEnded && writableLength === 0;
}

async function write(stream: Stream, sent: (text: string) => void): Promise<void> {
  const { response, results } = stream;
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // Or a proxy in between holds events back until it has enough of them.
    "x-accel-buffering": "no",
  });
  response.write(":\n\n");
  for await (const result of results) {
    if (response.writableEnded) return;
    stream.saidAt = performance.now();
    const text = JSON.stringify(formattedResult(result));
    sent(text);
    if (!response.write(`event: next\ndata: ${text}\n\n`)) await room(response);
    stream.movedAt = performance.now();
  }
  if (!response.writableEnded && !response.destroyed) response.end("event: complete\ndata:\n\n");
}

/** Resolves when the client has taken what was written, or is gone. */
function room(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.once("drain", settle);
    response.once("close", settle);
  });
}
