// A round-robin TCP proxy on loopback, as any load balancer before the replicas: nothing is sticky, and a replica
// that takes no connection is passed over.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface Front {
  /** http://host:port */
  readonly url: string;
  close(): Promise<void>;
}

/** A replica that does not take a connection within this is passed over, ms. */
const connectWithinMs = 500;

/** `ports`: asked for each connection. */
export async function startFront(port: number, ports: () => readonly number[]): Promise<Front> {
  let turn = 0;
  const open = new Set<Socket>();

  async function serve(near: Socket): Promise<void> {
    open.add(near);
    near.on("error", () => near.destroy()).on("close", () => open.delete(near));
    const targets = ports();
    const first = turn++;
    for (let i = 0; i < targets.length && !near.destroyed; i += 1) {
      const target = targets[(first + i) % targets.length];
      const far = target === undefined ? null : await connected(target);
      if (far === null) continue;
      join(near, far);
      return;
    }
    near.destroy();
  }

  const server = createServer({ pauseOnConnect: true, noDelay: true }, (near) => void serve(near));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port for the front.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Null: it does not take connections. */
function connected(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const give = (up: boolean) => {
      clearTimeout(timer);
      if (!up) socket.destroy();
      resolve(up ? socket : null);
    };
    const timer = setTimeout(give, connectWithinMs, false);
    socket.once("connect", () => give(true));
    socket.on("error", () => give(false));
  });
}

function join(near: Socket, far: Socket): void {
  far.on("close", () => near.destroy());
  near.on("close", () => far.destroy());
  if (near.destroyed) far.destroy();
  near.pipe(far);
  far.pipe(near);
  near.resume();
}
