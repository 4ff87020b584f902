// Apollo Client 4 for this service.
import { ApolloClient, ApolloLink, HttpLink } from "@apollo/client";
import type { ClientOptions } from "graphql-ws";
import { connect } from "../graphql-ws/connect.ts";
import { SimulationCache } from "./cache.ts";
import { socketLink } from "./link.ts";

interface Options {
  /** Of the API: https://host/graphql. */
  readonly url: string;
  /** For the socket: a token in `connectionParams`, `webSocketImpl` on Node. */
  readonly socket?: Partial<ClientOptions>;
  /** For queries and mutations: a token in `headers`, `fetch`. */
  readonly http?: Omit<HttpLink.Options, "uri">;
}

/** Queries and mutations over HTTP, subscriptions over a socket that resumes. `stop` of the client closes neither. */
export function apolloClient({ url, socket, http }: Options): ApolloClient {
  const address = url.replace(/^http/, "ws");
  return new ApolloClient({
    cache: new SimulationCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === "subscription",
      socketLink(connect({ url: address, ...socket })),
      new HttpLink({ ...http, uri: url }),
    ),
  });
}
