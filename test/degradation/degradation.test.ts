// What the real program does while one or two of its dependencies are away, and that it heals by itself. One pair of
// replicas goes through it all, one row after the other: what a row left broken would break the next.
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { simulation, start, stop } from "../support/api.ts";
import { operation } from "../support/http.ts";
import { LogClient, type SeenEvent } from "../support/log-client.ts";
import { type Row, rows, title } from "./rows.ts";
import { World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterEach(() => world.heal());
afterAll(() => world.end());

const patience = { timeout: 90_000, interval: 50 };

async function readiness(url: string): Promise<unknown> {
  const response = await fetch(`${url}/readyz`);
  return { code: response.status, ...Object(await response.json()) };
}

const whole = { code: 200, status: "ok", parts: { database: "ok", bus: "ok", engines: "ok" } };

function told({ ready: { status, ...parts } }: Row): unknown {
  return { code: status === "down" ? 503 : 200, status, parts };
}

/** `key` makes it one simulation however often it is asked for. */
async function tryStart(url: string, key: string): Promise<Record<string, unknown>> {
  const { data, errors } = await operation(
    url,
    `mutation ($key: String!) {
      startSimulation(input: { designId: "mm1", duration: 10, speed: 0, idempotencyKey: $key }) {
        __typename
        ... on Simulation { id status }
        ... on Error { code }
      }
    }`,
    { key },
  );
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return Object(data?.startSimulation);
}

/** The code of its refusal, or what it made of the desired speed. */
async function trySpeed(url: string, id: string): Promise<unknown> {
  const { data } = await operation(
    url,
    `mutation ($id: ID!) {
      setSimulationSpeed(id: $id, speed: 20) { ... on Simulation { desiredSpeed } ... on Error { code } }
    }`,
    { id },
  );
  return data?.setSimulationSpeed;
}

/** How many there are, or the code of its refusal. */
async function tryDesigns(url: string): Promise<unknown> {
  const { data, errors } = await operation(url, "{ designs(first: 5) { edges { node { id } } } }");
  return errors?.[0]?.extensions?.code ?? data?.designs;
}

async function waitsFor(url: string, id: unknown): Promise<unknown> {
  const { data } = await operation(
    url,
    "query ($id: ID!) { simulation(id: $id) { status waiting { code } } }",
    {
      id,
    },
  );
  return data?.simulation;
}

const last = ({ states }: LogClient): SeenEvent | undefined => states.at(-1);
const isLive = (client: LogClient) => last(client)?.state === "LIVE";
const hasMetrics = ({ events }: LogClient) =>
  events.some(({ __typename }) => __typename === "MetricsSampled");

/** A run that is followed on both replicas. */
async function followed() {
  const [first, second] = world.replicas;
  const { id } = await start(first.url, { designId: "mm1", duration: 36_000, speed: 10 });
  const clients = [first, second].map(({ url }) => {
    const client = new LogClient(id);
    return { client, ended: client.follow(url, 0) };
  });
  for (const { client } of clients) await client.until((one) => hasMetrics(one) && isLive(one));
  return { id, clients };
}

describe("with", () => {
  it.each(rows.map((row) => [title(row), row] as const))("%s", async (_, row) => {
    const [first, second] = world.replicas;
    const { id, clients } = await followed();
    const key = randomUUID();

    world.make(row.faults);
    for (const { url } of world.replicas)
      await expect.poll(() => readiness(url), patience).toEqual(told(row));
    const asked = Promise.all([tryStart(first.url, key), trySpeed(second.url, id), tryDesigns(second.url)]);
    for (const { client } of clients) {
      if (row.stale === null) continue;
      const { stale } = row;
      await client.until((one) => last(one)?.state === "STALE" && stale.test(String(last(one)?.reason)));
    }
    const [answer, speed, designs] = await asked;
    const isStoreAway = row.start === "UNAVAILABLE";
    expect(speed).toEqual(isStoreAway ? { code: "UNAVAILABLE" } : { desiredSpeed: 20 });
    const served = { edges: [{ node: { id: "mm1" } }] };
    expect(designs).toEqual(row.faults.designs === undefined ? served : "UNAVAILABLE");
    if (isStoreAway) {
      expect(answer).toEqual({ __typename: "UnavailableError", code: "UNAVAILABLE" });
    } else {
      expect(answer).toEqual({ __typename: "Simulation", id: expect.any(String), status: "QUEUED" });
    }
    if (row.start === "ENGINE_UNAVAILABLE" || row.start === "DESIGN_SERVICE") {
      const waiting = { status: "QUEUED", waiting: { code: row.start } };
      await expect.poll(() => waitsFor(second.url, answer.id), patience).toEqual(waiting);
    }
    if (row.stale === null) for (const { client } of clients) expect(isLive(client)).toBe(true);

    world.heal();
    for (const { url } of world.replicas) await expect.poll(() => readiness(url), patience).toEqual(whole);
    for (const { client } of clients) {
      const seen = client.lastSeq;
      await client.until((one) => isLive(one) && one.lastSeq > seen);
    }
    // What was not acknowledged is asked for again, with the same key; what was, is the same simulation.
    const again = await tryStart(second.url, key);
    expect(again.id).toEqual(answer.id ?? expect.any(String));
    await expect
      .poll(async () => (await simulation(first.url, String(again.id))).status, patience)
      .toBe("COMPLETED");

    await stop(second.url, id);
    for (const { client, ended } of clients) {
      expect(await ended).toBe("completed");
      expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_event, index) => index + 1));
      expect(client.events.at(-1)?.status).toBe("STOPPED");
    }
  });
});
