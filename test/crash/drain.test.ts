import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { simulation, start } from "../support/api.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { LogClient } from "../support/log-client.ts";
import { endServices, startService, withDataFolder } from "../support/service-process.ts";

afterAll(endServices);

describe("SIGTERM", () => {
  it("closes sockets so that they come back, exits 0, and the run goes on at the next start", async () => {
    await withDataFolder(async (dataDir) => {
      const service = await startService({ dataDir });
      const { id } = await start(service.url, { designId: "mm1", duration: 100, speed: 20 });
      const client = new LogClient(id);
      const following = client.follow(service.url, 0);
      const socket = await GraphQLWsClient.connect({ url: service.url });
      await client.until(({ events }) => events.some(({ __typename }) => __typename === "MetricsSampled"));

      service.kill("SIGTERM");
      expect(await socket.closed).toMatchObject({ code: 1012 });
      expect(await following).toBe("closed");
      expect(await service.exited).toBe(0);

      const next = await startService({ dataDir });
      await client.follow(next.url);
      expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_, index) => index + 1));
      expect(await simulation(next.url, id)).toMatchObject({ status: "COMPLETED", attempt: 2 });
      next.kill("SIGTERM");
      await next.exited;
    });
  });

  it("twice at once is one wish to end: a terminal's Ctrl-C comes so", async () => {
    await withDataFolder(async (dataDir) => {
      const service = await startService({ dataDir });
      service.kill("SIGTERM");
      service.kill("SIGTERM");
      expect(await service.exited).toBe(0);
    });
  });

  // On a starved machine the drain may be over before the second signal is sent.
  it("a second time, while the service drains, ends it at once", { retry: 3 }, async () => {
    await withDataFolder(async (dataDir) => {
      const service = await startService({ dataDir });
      // A request that never ends keeps the server draining for its whole bound.
      const { port } = new URL(service.url);
      const unfinished = connect(Number(port), "127.0.0.1");
      unfinished.on("error", () => {});
      const head = [
        "POST /graphql HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        "Content-Length: 10",
      ];
      unfinished.write(`${head.join("\r\n")}\r\nExpect: 100-continue\r\n\r\n`);
      // The server has the request in hand.
      await once(unfinished, "data");
      service.kill("SIGTERM");
      const drainingSince = performance.now();
      await expect.poll(() => performance.now() - drainingSince).toBeGreaterThan(700);
      service.kill("SIGTERM");
      expect(await service.exited).toBe(130);
      unfinished.destroy();
    });
  });
});

describe("a start that cannot be", () => {
  it("on a data folder in use is refused at once, with what to do", async () => {
    await withDataFolder(async (dataDir) => {
      const service = await startService({ dataDir });
      const refused = startService({ dataDir });
      await expect(refused).rejects.toThrow(
        /ended \(1\):.*Another process is using the data folder .*DATA_DIR/s,
      );
      await expect(refused).rejects.not.toThrow(/defect/);
      service.kill("SIGTERM");
      await service.exited;
    });
  });

  it("on a port in use says which, and what to do", async () => {
    await withDataFolder(async (dataDir) => {
      const service = await startService({ dataDir });
      const { port } = new URL(service.url);
      const refused = startService({ dataDir: `${dataDir}-other`, env: { PORT: port } });
      await expect(refused).rejects.toThrow(/ended \(1\):.*port \d+ is taken. Set PORT/s);
      service.kill("SIGTERM");
      await service.exited;
    });
  });
});
