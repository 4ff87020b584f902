// A graphql-ws client that comes back for ever. It is the stock client; only its options are chosen here.
import { type Client, type ClientOptions, createClient } from "graphql-ws";
import { pauseMs } from "../resume/retry.ts";

/** How long a ping may stay unanswered before the socket counts as dead, ms. */
const pongWithinMs = 5_000;

/**
 * `connectionParams` as a function is asked at each connection, so that a new token can be given; when it throws,
 * nothing is tried again. All options of graphql-ws can be given, and win.
 *
 * Comes back after: no server there, a lost network (1006), a restart (1012), "not now" (1013), a client that was too
 * slow (4420), a socket that has fallen silent (4499), and after 4403 (the token has expired) when
 * `connectionParams` is a function. Ends every subscription with an error after: 4401, 4403 with constant
 * `connectionParams`, and what only a change of the program can heal (4400, 4406, 4409, 4429, 4500, 1008).
 */
export function connect(options: ClientOptions): Client {
  const canRenew = typeof options.connectionParams === "function";
  const client = createClient({
    keepAlive: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (failures) => new Promise((resolve) => setTimeout(resolve, pauseMs(failures))),
    // The default takes only closes for retryable, and so gives up when it cannot connect: the very moment of a restart.
    shouldRetry: (reason) => !isOurs(reason) && (canRenew || codeOf(reason) !== 4403),
    ...options,
  });
  terminateWhenSilent(client);
  return client;
}

// A laptop that has slept, a network that was changed: such a socket is dead, and nobody says so.
function terminateWhenSilent(client: Client): void {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  client.on("ping", (received) => {
    if (!received) overdue = setTimeout(() => client.terminate(), pongWithinMs);
  });
  client.on("pong", (received) => {
    if (received) clearTimeout(overdue);
  });
  client.on("closed", () => clearTimeout(overdue));
}

/** What `connectionParams` threw; what a socket reports is an event, or has a code. */
function isOurs(reason: unknown): boolean {
  return reason instanceof Error && codeOf(reason) === undefined;
}

function codeOf(reason: unknown): unknown {
  return typeof reason === "object" && reason !== null && "code" in reason ? reason.code : undefined;
}
