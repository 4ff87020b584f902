// One connection: the events of one subscription, until the stream completes or the connection breaks.
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { messageOf, Refused } from "./errors.ts";
import type { WatchedEvent } from "./events.ts";
import { WatchDocument, type WatchSubscription } from "./gql/graphql.ts";
import { Inbox } from "./inbox.ts";

/** How often a quiet connection is tried, and how long an answer may take, ms. */
const tryEveryMs = 5_000;
const answerWithinMs = 5_000;
const acknowledgeWithinMs = 10_000;

/** The connection broke. What was not heard is still in the log. */
export class Cut extends Error {
  override readonly name = "Cut";
}

export interface Position {
  readonly id: string;
  /** Undefined: from now on. */
  readonly after: number | undefined;
}

/**
 * Returns when the service says that the stream is complete. Throws Cut when the connection cannot be had or breaks,
 * Refused when the API refuses, and the signal's reason when that is aborted.
 */
export async function* stream(
  url: string,
  { id, after }: Position,
  signal: AbortSignal,
): AsyncGenerator<WatchedEvent, void> {
  const inbox = new Inbox<WatchedEvent>();
  const abort = (): void => inbox.end(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const connection = connect(url, inbox);
  connection.client.subscribe<WatchSubscription>(
    { query: WatchDocument.toString(), variables: after === undefined ? { id } : { id, after } },
    {
      next: ({ data, errors }) => {
        if (data?.simulationEvents === undefined) inbox.end(reasonOf(errors ?? []));
        else inbox.put(data.simulationEvents);
      },
      error: (error) => inbox.end(reasonOf(error)),
      complete: () => inbox.end(),
    },
  );
  try {
    signal.throwIfAborted();
    yield* inbox;
  } finally {
    signal.removeEventListener("abort", abort);
    connection.end();
  }
}

function connect(url: string, inbox: Inbox<WatchedEvent>) {
  let socket: WebSocket | undefined;
  let unanswered: NodeJS.Timeout | undefined;
  inbox.onHeld = (held) => (held ? socket?.pause() : socket?.resume());

  class Socket extends WebSocket {
    constructor(address: string, protocol: string) {
      super(address, protocol);
      // The client stops listening when it is ended; an error after that is nobody's.
      this.on("error", () => undefined);
      socket = this;
    }
  }
  const answered = (): void => clearTimeout(unanswered);
  const client = createClient({
    url: `${url.replace(/^http/, "ws")}/graphql`,
    webSocketImpl: Socket,
    // Coming back is ours to do: this client would send the same `after` again.
    retryAttempts: 0,
    keepAlive: tryEveryMs,
    connectionAckWaitTimeout: acknowledgeWithinMs,
    // Reported to whoever subscribes.
    onNonLazyError: () => undefined,
    on: {
      ping: (received) => {
        // A socket that is held hears no answer either.
        if (!received && !inbox.held) unanswered = setTimeout(() => socket?.terminate(), answerWithinMs);
      },
      message: answered,
      closed: answered,
    },
  });
  const end = (): void => {
    answered();
    client.terminate();
    socket?.terminate();
  };
  return { client, end };
}

/** Codes with which a service says that coming back changes nothing. */
const finalCodes: readonly number[] = [4400, 4401, 4403, 4406, 4409, 1008];

/** Of an error event, a close event or the errors of a GraphQL answer. */
function reasonOf(error: unknown): Error {
  if (Array.isArray(error)) return refusalOf(error[0]);
  const { code, reason, message }: Record<string, unknown> = Object(error);
  if (typeof code === "number") {
    const text = typeof reason === "string" && reason !== "" ? reason : "connection closed";
    return finalCodes.includes(code) ? new Refused(`CLOSED_${code}`, text) : new Cut(text);
  }
  const text = typeof message === "string" && message !== "" ? message : messageOf(error);
  return new Cut(text.includes("ECONNREFUSED") ? "nothing listens there" : text);
}

function refusalOf(error: unknown): Error {
  const { message, extensions }: Record<string, unknown> = Object(error);
  const { code }: Record<string, unknown> = Object(extensions);
  const text = typeof message === "string" ? message : "The stream was refused.";
  // A part of the service is down: to come back is what it asks for.
  if (code === "UNAVAILABLE") return new Cut(text);
  return new Refused(typeof code === "string" ? code : "ERROR", text);
}
