// Who takes part: the service, three GraphQL servers as their documentation builds them, and what remains when there
// is nothing left to do but send.
import { join } from "node:path";
import { type Selection, selections } from "./documents.ts";
import { nodeThatLoads, peersFolder } from "./peers.ts";
import { notices, packets, payloads, results } from "./publications.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import type { Publication } from "./theatre.ts";
import type { Subject, World } from "./world.ts";

export interface LiveContender {
  readonly name: string;
  start(): Promise<ServerProcess>;
  readonly publication: (subject: Subject) => Publication;
  /** It sends this whatever is asked for; left out: what is asked for. */
  readonly sendsToAll?: Selection;
}

export const contenderNames = ["ours", "yoga", "apollo", "mercurius", "ws", "ws-corked", "uws"] as const;
export type ContenderName = (typeof contenderNames)[number];

/** What ratios are told against: the best of the first, and the second. */
export const graphqlPeers: readonly ContenderName[] = ["yoga", "apollo", "mercurius"];
export const plainPeer: ContenderName = "ws";

const uwsPackage = "@trufflesuite/uws-js-unofficial";

/** Null: it cannot take part here, and `told` says why. */
export function contenderOf(
  name: ContenderName,
  world: World,
  told: (line: string) => void,
): LiveContender | null {
  if (name === "ours") return { name, start: () => startServer(world.service), publication: notices };
  const peer = (file: string, node?: string): LiveContender["start"] => {
    const program = {
      cwd: peersFolder,
      args: [join(peersFolder, file)],
      env: { REDIS_URL: world.redisUrl },
      ready: /listening (http:\/\/\S+)/,
    };
    return () => startServer(node === undefined ? program : { ...program, node });
  };
  switch (name) {
    case "yoga":
    case "apollo":
      return { name, start: peer(`${name}.mjs`), publication: payloads };
    case "mercurius":
      return { name, start: peer("mercurius.mjs"), publication: packets };
    case "ws":
    case "ws-corked":
    case "uws": {
      const node = name === "uws" ? nodeThatLoads(uwsPackage) : { path: process.execPath };
      if (node === null) {
        told(`uws is left out: ${uwsPackage} has nothing for this platform and this Node.`);
        return null;
      }
      const [sendsToAll] = selections;
      const publication = results(sendsToAll);
      return { name, start: peer(`${name}.mjs`, node.path), publication, sendsToAll };
    }
  }
}
