// A TCP proxy on loopback whose network can be made to fail.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface FaultyProxy {
  readonly port: number;
  /** Swallows everything in both directions from now on; what is open stays open, as behind a dead route. */
  swallow(): void;
  /** Passes again what comes from now on. */
  pass(): void;
  /** Cuts every open connection. */
  cut(): void;
  close(): Promise<void>;
}

export async function faultyProxy(target: { host: string; port: number }): Promise<FaultyProxy> {
  let swallowing = false;
  const open = new Set<Socket>();

  function carry(from: Socket, to: Socket): void {
    open.add(from);
    from.on("data", (data) => swallowing || to.write(data));
    from.on("error", () => from.destroy());
    from.on("close", () => {
      open.delete(from);
      to.destroy();
    });
  }

  const server = createServer((near) => {
    const far = connect(target.port, target.host);
    carry(near, far);
    carry(far, near);
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
    swallow: () => {
      swallowing = true;
    },
    pass: () => {
      swallowing = false;
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
