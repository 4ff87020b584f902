// What GraphQLWsLink of Apollo Client does, with subscriptions that resume.
import { ApolloLink, Observable } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { print } from "@apollo/client/utilities";
import type { Client } from "graphql-ws";
import { subscribe } from "../graphql-ws/subscribe.ts";

/** Ends: takes every operation to the socket. Errors are CombinedGraphQLErrors, or an Error with the close's code. */
export function socketLink(client: Client): ApolloLink {
  return new ApolloLink(({ query, variables, operationName, extensions }) => {
    const payload = { query: print(query), variables, operationName, extensions };
    return new Observable<ApolloLink.Result>((observer) =>
      subscribe(client, payload, {
        next: (result) => observer.next(result),
        error: (cause) => observer.error(asError(cause)),
        complete: () => observer.complete(),
      }),
    );
  });
}

function asError(cause: unknown): Error {
  if (cause instanceof Error) return cause;
  if (Array.isArray(cause)) return new CombinedGraphQLErrors({ errors: cause });
  const code = typeof cause === "object" && cause !== null && "code" in cause ? ` (${cause.code})` : "";
  return new Error(`The socket was closed${code}.`, { cause });
}
