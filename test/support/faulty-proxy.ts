// A TCP proxy on loopback whose network can be made to fail.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** "up": what the one who connects says; "down": what they are told. */
export type Direction = "up" | "down";

export interface FaultyProxy {
  readonly port: number;
  /**
   * Swallows what goes in these directions from now on; what is open stays open, as behind a dead route. `port`: only
   * on the one connection that the target sees come from there.
   */
  swallow(directions?: readonly Direction[], port?: number): void;
  /** Cuts every open connection, and each new one at once, as where nobody listens. */
  refuse(): void;
  /** Passes again, at once, what comes from now on. */
  pass(): void;
  /** Passes what comes from now on so many ms late, in order. */
  delay(ms: number): void;
  /** Cuts every open connection. */
  cut(): void;
  close(): Promise<void>;
}

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

const both: readonly Direction[] = ["up", "down"];

export async function faultyProxy(target: ProxyTarget): Promise<FaultyProxy> {
  let swallowed: readonly Direction[] = [];
  let swallowedPort: number | undefined;
  let delayMs = 0;
  let refused = false;
  const open = new Set<Socket>();

  const isSwallowed = (direction: Direction, far: Socket) =>
    swallowed.includes(direction) && (swallowedPort === undefined || swallowedPort === far.localPort);

  function carry(direction: Direction, from: Socket, to: Socket): void {
    const far = direction === "up" ? to : from;
    // When the last of what was delayed arrives: nothing overtakes it, whatever the delay is by then.
    let arrivesAt = 0;
    const bring = (data: Buffer) => {
      if (!to.destroyed) to.write(data);
    };
    open.add(from);
    from.on("data", (data) => {
      if (isSwallowed(direction, far)) return;
      const now = performance.now();
      arrivesAt = Math.max(arrivesAt, now + delayMs);
      if (arrivesAt <= now) bring(data);
      else setTimeout(bring, Math.ceil(arrivesAt - now), data);
    });
    from.on("error", () => from.destroy());
    from.on("close", () => {
      open.delete(from);
      to.destroy();
    });
  }

  const server = createServer({ noDelay: true }, (near) => {
    if (refused) {
      near.destroy();
      return;
    }
    const far = connect({ port: target.port, host: target.host, noDelay: true });
    carry("up", near, far);
    carry("down", far, near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port for the proxy.");
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: address.port,
    swallow: (directions = both, port) => {
      swallowed = directions;
      swallowedPort = port;
    },
    refuse: () => {
      refused = true;
      cut();
    },
    pass: () => {
      refused = false;
      swallowed = [];
      delayMs = 0;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    cut,
    close: async () => {
      cut();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
