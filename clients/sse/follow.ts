// The log of a simulation over server-sent events, by fetch alone: for networks that block WebSocket, for scripts, for
// workers. No GraphQL library is needed.
import { Cursor } from "../resume/cursor.ts";
import { isUnavailable, pauseMs } from "../resume/retry.ts";
import { type Message, messagesOf } from "./messages.ts";

/** The service says something at least each 12 s; a stream that is silent for so long is dead, ms. */
const silenceMs = 30_000;

interface Options {
  /** Of the API: https://host/graphql. */
  readonly url: string;
  /** A subscription to `simulationEvents` with `after: $after`, and `seq` selected. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Asked at each connection, so that a new token can be given. */
  readonly headers?: () => Record<string, string> | Promise<Record<string, string>>;
  /** Ends the stream: the iteration throws its reason. */
  readonly signal?: AbortSignal;
}

/** The service does not want the request as it is: sending it again would not help. */
export class Refused extends Error {
  override readonly name = "Refused";
  /** Of HTTP; 401 and 403: get a new token, then follow again after the last `seq`. */
  readonly status: number;
  /** As GraphQL gives them. */
  readonly errors: unknown;

  constructor(status: number, errors: unknown) {
    super(`The service refused the subscription (HTTP ${status}): ${JSON.stringify(errors)}`);
    this.status = status;
    this.errors = errors;
  }
}

/**
 * Every event once, in order, over any number of cuts and restarts; returns after the terminal event. Throws Refused,
 * and what `headers` throws. An event counts as handled when the next one is asked for.
 */
export async function* follow<Event>(options: Options): AsyncGenerator<Event, void> {
  const cursor = Cursor.of(options.query, options.variables);
  if (cursor === null) throw new Error("This follows simulationEvents, and nothing else.");
  for (let failures = 0; ; failures++) {
    for await (const message of connection(options, cursor.variables)) {
      if (message.event === "complete") return;
      const { data, errors } = JSON.parse(message.data);
      const event = cursor.eventIn(data);
      if (event === null && !isUnavailable(errors)) throw new Refused(200, errors);
      if (event === null) break;
      failures = 0;
      yield event as Event;
      cursor.advance(event);
    }
    await pause(pauseMs(failures), options.signal);
  }
}

/** One connection, to its end: by `complete`, by a cut, by silence. */
async function* connection(
  { url, query, headers, signal }: Options,
  variables: object,
): AsyncGenerator<Message, void> {
  const asked = {
    "content-type": "application/json",
    accept: "text/event-stream",
    ...(await headers?.()),
  };
  const own = new AbortController();
  const abort = () => own.abort();
  signal?.addEventListener("abort", abort);
  let silence = setTimeout(abort, silenceMs);
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(abort, silenceMs);
  };
  try {
    signal?.throwIfAborted();
    const body = JSON.stringify({ query, variables });
    const response = await fetch(url, { method: "POST", headers: asked, body, signal: own.signal });
    const { status } = response;
    if (status >= 400 && status < 500 && status !== 408 && status !== 429)
      throw new Refused(status, await response.text());
    if (status === 200 && response.body !== null) yield* messagesOf(response.body, heard);
  } catch (error) {
    // No server, or no longer: what was under way is resumed.
    if (error instanceof Refused) throw error;
    signal?.throwIfAborted();
  } finally {
    clearTimeout(silence);
    signal?.removeEventListener("abort", abort);
    own.abort();
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
  });
}
