import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { refuseUpgrade } from "../../src/server/refuse-upgrade.ts";

let http: Server;
afterEach(async () => {
  http.closeAllConnections();
  http.close();
});

const connections = () =>
  new Promise<number>((resolve, reject) =>
    http.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

it("a refused upgrade's connection is let go, though its client sends on and keeps its half open", async () => {
  http = createServer();
  http.on("upgrade", (_, connection) => refuseUpgrade(connection, { status: 404 }));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("No port.");
  const client = connect({ port: address.port, host: "127.0.0.1", allowHalfOpen: true });
  client.on("error", () => {});
  client.write("GET /other HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  const [answer] = await once(client, "data");
  expect(String(answer)).toContain("HTTP/1.1 404 Not Found");
  client.write("x");
  await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 5_000, interval: 10 });
  client.destroy();
});
