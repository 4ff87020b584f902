// Hands the results that go out as an event stream over to our own writer, which knows back-pressure, drains, and
// lets go of a source the moment its client is gone.
import type { ExecutionResult } from "graphql";
import type { Plugin } from "graphql-yoga";
import { formattedResult } from "./errors.ts";

/** Where the handler of the request finds a result that it must stream. */
export interface EventStreamSlot {
  eventStream?: AsyncIterable<ExecutionResult>;
}

const eventStream = "text/event-stream";

export function eventStreamResults(): Plugin<object, EventStreamSlot> {
  return {
    onResultProcess({ request, result, setResultProcessor, serverContext }) {
      const accept = request.headers.get("accept") ?? "*/*";
      if (Symbol.asyncIterator in result) {
        const source = result;
        if (accept.includes(eventStream) || accept.includes("*/*")) take(source);
        else {
          setResultProcessor((_, { Response }) => {
            void source[Symbol.asyncIterator]().return?.();
            return new Response(null, { status: 406, headers: { accept: eventStream } });
          }, eventStream);
        }
      } else if (onlyEventStream(accept) && !Array.isArray(result)) {
        const init = refusalOf(result);
        if (init === undefined) take(once(result));
        else {
          setResultProcessor(
            (_, { Response }) => new Response(JSON.stringify(formattedResult(result)), init),
            eventStream,
          );
        }
      }

      function take(results: AsyncIterable<ExecutionResult>) {
        serverContext.eventStream = results;
        setResultProcessor((_, { Response }) => new Response(null, { status: 200 }), eventStream);
      }
    },
  };
}

function onlyEventStream(accept: string): boolean {
  return accept.includes(eventStream) && !accept.includes("json") && !accept.includes("*/*");
}

/** Of an operation that was not let in, by its user's budget or share; undefined: it was. */
function refusalOf({ errors = [] }: ExecutionResult) {
  for (const { extensions } of errors) {
    const { http, retryAfter } = extensions;
    if (typeof http !== "object" || http === null || !("status" in http) || http.status !== 429) continue;
    const wait = typeof retryAfter === "number" ? { "retry-after": String(retryAfter) } : {};
    return { status: 429, headers: { "content-type": "application/json; charset=utf-8", ...wait } };
  }
  return undefined;
}

async function* once(result: ExecutionResult): AsyncGenerator<ExecutionResult, void> {
  yield result;
}
