import type { ServerResponse } from "node:http";
import type { Readiness } from "./options.ts";
import { reply } from "./reply.ts";

/** The process lives and its event loop turns. Says nothing of its dependencies: a restart would not mend those. */
export function answerHealth(response: ServerResponse): void {
  reply(response, 200, { status: "ok" });
}

/** Whether to send requests here: also while degraded, since what still works is better than nothing. */
export async function answerReadiness(
  response: ServerResponse,
  draining: boolean,
  readiness: () => Promise<Readiness>,
): Promise<void> {
  if (draining) return reply(response, 503, { status: "draining" });
  const state = await readiness();
  reply(response, state.status === "down" ? 503 : 200, state);
}
