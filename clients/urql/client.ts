// urql for this service.
import { Client, cacheExchange, type Exchange, fetchExchange, subscriptionExchange } from "@urql/core";
import type { ClientOptions, Client as SocketClient } from "graphql-ws";
import { connect } from "../graphql-ws/connect.ts";
import { subscribe } from "../graphql-ws/subscribe.ts";

interface Options {
  /** Of the API: https://host/graphql. */
  readonly url: string;
  /** For the socket: a token in `connectionParams`, `webSocketImpl` on Node. */
  readonly socket?: Partial<ClientOptions>;
  /** For queries and mutations: a token in `headers`. */
  readonly fetchOptions?: RequestInit | (() => RequestInit);
  /** Sends them; `fetch` of the platform when left out. */
  readonly fetch?: typeof globalThis.fetch;
  /** The document cache of urql when left out; the normalised one is `simulationCache()`. */
  readonly cache?: Exchange;
}

/** Queries and mutations over HTTP, subscriptions over a socket that resumes. */
export function urqlClient({ url, socket, fetchOptions, fetch, cache = cacheExchange }: Options): Client {
  const address = url.replace(/^http/, "ws");
  return new Client({
    url,
    exchanges: [cache, fetchExchange, resumingExchange(connect({ url: address, ...socket }))],
    // The service takes a GET only with a header that a form cannot send.
    preferGetMethod: false,
    ...(fetchOptions === undefined ? {} : { fetchOptions }),
    ...(fetch === undefined ? {} : { fetch }),
  });
}

/** subscriptionExchange of urql, with subscriptions that resume. */
export function resumingExchange(client: SocketClient): Exchange {
  return subscriptionExchange({
    forwardSubscription: ({ query = "", variables, operationName, extensions }) => ({
      subscribe: (sink) => ({
        unsubscribe: subscribe(client, { query, variables, operationName, extensions }, sink),
      }),
    }),
  });
}
