// One connection: the events of one subscription, until the stream completes or the connection breaks.
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { messageOf, Refused, UsageError } from "./errors.ts";
import type { WatchedEvent } from "./events.ts";
import { WatchDocument, type WatchSubscription } from "./gql/graphql.ts";
import { Inbox } from "./inbox.ts";
import { credentials, type TokenSource } from "./token.ts";

/** The connection broke. What was not heard is still in the log. */
export class Cut extends Error {
  override readonly name = "Cut";
}

export interface StreamOptions {
  readonly url: string;
  readonly token: TokenSource;
  readonly id: string;
  /** Undefined: from now on. */
  readonly after: number | undefined;
  readonly signal: AbortSignal;
  /** A connection of which nothing is heard for so long is given up, ms; coming about counts as well. */
  readonly silentMs: number;
}

/**
 * Returns when the service says that the stream is complete. Throws Cut when the connection cannot be had or breaks,
 * Refused when the API refuses, and the signal's reason when that is aborted.
 */
export async function* stream(options: StreamOptions): AsyncGenerator<WatchedEvent, void> {
  const { url, token, id, after, signal, silentMs } = options;
  const inbox = new Inbox<WatchedEvent>();
  const abort = (): void => inbox.end(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const connection = connect(url, token, inbox, silentMs);
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

function connect(url: string, token: TokenSource, inbox: Inbox<WatchedEvent>, silentMs: number) {
  let socket: WebSocket | undefined;
  let silence: NodeJS.Timeout | undefined;
  let ended = false;

  // Whatever is heard counts, answers to pings or not. The reader is told at once: a service that stands still would
  // never close the socket.
  const heard = (): void => {
    clearTimeout(silence);
    // A socket that is held hears nothing.
    if (ended || inbox.held) return;
    silence = setTimeout(
      () => inbox.end(new Cut(`nothing was heard of the service for ${silentMs / 1000} s`)),
      silentMs,
    );
  };
  inbox.onHeld = (held) => {
    if (held) socket?.pause();
    else socket?.resume();
    heard();
  };

  class Socket extends WebSocket {
    constructor(address: string, protocol: string) {
      super(address, protocol);
      // The client stops listening when it is ended; an error after that is nobody's.
      this.on("error", () => undefined);
      socket = this;
    }
  }
  const client = createClient({
    url: `${url.replace(/^http/, "ws")}/graphql`,
    webSocketImpl: Socket,
    connectionParams: async () => credentials(await token()),
    // Coming back is ours to do: this client would send the same `after` again.
    retryAttempts: 0,
    // A quiet connection is asked in time.
    keepAlive: silentMs / 2,
    // Reported to whoever subscribes.
    onNonLazyError: () => undefined,
    on: { message: heard },
  });
  heard();
  const end = (): void => {
    ended = true;
    clearTimeout(silence);
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
  if (error instanceof UsageError) return error;
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
