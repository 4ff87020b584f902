// Two processes on one Postgres and one engine: what one of them drove, the other goes on with, attached to the same
// engine run; and the first, if it wakes up again, does no harm.
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type EngineChild, startEngineChild } from "../../src/clients/engine/child.ts";
import { simulation, start } from "../support/api.ts";
import { operation } from "../support/http.ts";
import { LogClient } from "../support/log-client.ts";
import { type ServerDatabase, serverDatabase } from "../support/postgres.ts";
import { log } from "../support/rig.ts";
import { endServices, type ServiceProcess, startService } from "../support/service-process.ts";

let engine: EngineChild;
let database: ServerDatabase;

beforeAll(async () => {
  engine = await startEngineChild(log);
});

afterEach(async () => {
  await endServices();
  await database.drop();
});

afterAll(() => engine.close());

async function two(): Promise<[ServiceProcess, ServiceProcess]> {
  database = await serverDatabase();
  const env = { DATABASE_URL: database.url, ENGINE_URL: `grpc://${engine.address}` };
  const first = await startService({ dataDir: "unused", env });
  return [first, await startService({ dataDir: "unused", env })];
}

async function owner(url: string, id: string): Promise<string | undefined> {
  const { data } = await operation(url, `{ simulation(id: "${id}") { owner { replica } } }`);
  return /"replica":"([^"]+)"/.exec(JSON.stringify(data))?.[1];
}

/** A run, and the two processes in the order: its owner, the other. */
async function driven(): Promise<{
  id: string;
  owning: ServiceProcess;
  other: ServiceProcess;
  client: LogClient;
}> {
  const [first, second] = await two();
  // The scheduler spreads: of two at once each process gets one.
  const ids = await Promise.all(
    [first, second].map(
      async ({ url }) => (await start(url, { designId: "mm1", duration: 300, speed: 20 })).id,
    ),
  );
  const [id = ""] = ids;
  const client = new LogClient(id);
  void client.follow(first.url, 0).catch(() => {});
  await client.until(({ events }) => events.some(({ __typename }) => __typename === "MetricsSampled"));
  const replica = await owner(first.url, id);
  const owns = (service: ServiceProcess) => service.log().includes(`"replica":"${replica}"`);
  return owns(first)
    ? { id, owning: first, other: second, client }
    : { id, owning: second, other: first, client };
}

it("kill -9 of the owner: the other attaches to the same engine run, and nothing is lost", async () => {
  const { id, owning, other } = await driven();
  owning.kill("SIGKILL");
  const client = new LogClient(id);
  expect(await client.follow(other.url, 0)).toBe("completed");
  expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_, index) => index + 1));
  expect(await simulation(other.url, id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
});

it("an owner that was frozen for longer than its lease writes nothing when it wakes", async () => {
  const { id, owning, other } = await driven();
  const before = await owner(other.url, id);
  owning.kill("SIGSTOP");
  await expect.poll(() => owner(other.url, id), { timeout: 20_000 }).not.toBe(before);
  owning.kill("SIGCONT");
  const client = new LogClient(id);
  expect(await client.follow(other.url, 0)).toBe("completed");
  expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_, index) => index + 1));
  const sampled = client.events.filter(({ __typename }) => __typename === "MetricsSampled");
  expect(sampled.map(({ simulatedTime }) => simulatedTime)).toEqual(sampled.map((_, index) => index + 1));
  expect(await simulation(other.url, id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
  // It lives, and serves the same log.
  expect(await simulation(owning.url, id)).toMatchObject({ status: "COMPLETED" });
});

it("a drained owner gives everything up at once", async () => {
  const { id, owning, other } = await driven();
  owning.kill("SIGTERM");
  expect(await owning.exited).toBe(0);
  const client = new LogClient(id);
  expect(await client.follow(other.url, 0)).toBe("completed");
  expect(await simulation(other.url, id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
});
