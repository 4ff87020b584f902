// A connection to one node of a Cluster, whichever is to be had: what is published on one is told on all of them.
//
// The listening client of a Cluster is such a plain client, since ioredis's own reconnects without saying so, and
// what was lost meanwhile would be told to nobody.
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { AbstractConnector } from "ioredis";
import type { TlsIdentity } from "../core/ports/tls.ts";
import type { RedisNode } from "./target.ts";

/** A connection that does not end when it is told to is cut after so long, ms. */
const endMs = 500;

/** A connector for ioredis: each attempt goes to the next of the nodes that are known then. No `tls`: plainly. */
export function anyNode(
  nodes: () => readonly RedisNode[],
  tls: TlsIdentity | undefined,
): new () => AbstractConnector {
  let attempts = Math.floor(Math.random() * 1_000);

  return class AnyNode extends AbstractConnector {
    constructor() {
      super(endMs);
    }

    override async connect() {
      const known = nodes();
      const node = known[attempts++ % known.length];
      if (node === undefined) throw new Error("No node of the Cluster is known.");
      const stream = tls === undefined ? connectTcp(node) : connectTls({ ...node, ...tls });
      this.connecting = true;
      this.stream = stream;
      // For the stream's whole life: over TLS an alert may come after the error that ended the attempt, and an error
      // that nobody hears ends the process.
      stream.on("error", (error) => {
        this.firstError ??= error;
      });
      return stream;
    }
  };
}
