import type { Server } from "node:http";

export interface Listening {
  /** "http://127.0.0.1:4000" */
  readonly url: string;
  readonly address: { readonly host: string; readonly port: number };
}

/** Rejects when the address cannot be listened on. `port` 0: any that is free. */
export async function listen(http: Server, port: number, host: string): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, host, () => {
      http.off("error", reject);
      resolve();
    });
  });
  const bound = http.address();
  if (bound === null || typeof bound === "string") throw new Error("The server has no address.");
  const name = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
  return { url: `http://${name}:${bound.port}`, address: { host: bound.address, port: bound.port } };
}
