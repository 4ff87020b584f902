// Client.subscribe of graphql-ws, which sends the same variables again after each reconnect, made to resume.

import type { GraphQLFormattedError } from "graphql";
import type { Client, FormattedExecutionResult, Sink, SubscribePayload } from "graphql-ws";
import { Cursor } from "../resume/cursor.ts";
import { isUnavailable, pauseMs } from "../resume/retry.ts";

type Received = FormattedExecutionResult<Record<string, unknown>, unknown>;

/** What GraphQL libraries take: without `undefined` where there is nothing. */
export interface Result {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/**
 * Every event of `simulationEvents` once, whatever happens to connections and servers in between, then `complete`.
 * Other operations pass as they are. Returns what ends the subscription.
 */
export function subscribe(client: Client, payload: SubscribePayload, sink: Sink<Result>): () => void {
  const cursor = Cursor.of(payload.query, payload.variables);
  if (cursor !== null) return follow(client, payload, cursor, sink);
  return client.subscribe(payload, {
    next: (received) => sink.next(resultOf(received)),
    error: (cause) => sink.error(cause),
    complete: () => sink.complete(),
  });
}

function follow(client: Client, payload: SubscribePayload, cursor: Cursor, sink: Sink<Result>): () => void {
  let failures = 0;
  let leave = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  begin();
  return () => {
    clearTimeout(timer);
    leave();
  };

  function begin(): void {
    // What comes after the end of a subscription, its own `complete` for example, says nothing about the stream.
    let over = false;
    const end = client.subscribe(resuming(payload, cursor), {
      next(received) {
        if (!over) take(resultOf(received));
      },
      error: fail,
      complete() {
        if (!over) sink.complete();
      },
    });
    leave = () => {
      over = true;
      end();
    };

    function take(result: Result): void {
      const event = cursor.eventIn(result.data);
      // Could not be rendered: it comes again, or the errors say why not.
      if (event === null) fail(result.errors);
      else {
        failures = 0;
        sink.next(result);
        cursor.advance(event);
      }
    }

    function fail(cause: unknown): void {
      if (over) return;
      leave();
      if (isUnavailable(cause)) timer = setTimeout(begin, pauseMs(failures++));
      else sink.error(cause);
    }
  }
}

function resultOf({ data = null, errors }: Received): Result {
  return errors === undefined ? { data } : { data, errors };
}

/** The client writes the payload out anew at each reconnect: that is when the variables are read. */
function resuming(payload: SubscribePayload, cursor: Cursor): SubscribePayload {
  return {
    ...payload,
    get variables() {
      return cursor.variables;
    },
  };
}
