// The guard around a cache of urql, with answers and events in an order that no real service can be made to keep to.
import { Client, type OperationResult, subscriptionExchange } from "@urql/core";
import { type GraphQLError, parse } from "graphql";
import { expect, it } from "vitest";
import { simulationCache } from "../../clients/urql/cache.ts";
import { Seen } from "./seen.ts";

interface Asked {
  readonly name: string;
  readonly say: (data: Record<string, unknown>, errors?: readonly Partial<GraphQLError>[]) => void;
}

/** A client whose operations are answered when the test says so: once, or often where they are subscriptions. */
function application() {
  const operations = new Seen<Asked>();
  const service = subscriptionExchange({
    enableAllOperations: true,
    forwardSubscription: ({ query = "" }) => ({
      subscribe(sink) {
        const [kind, name = ""] = query.split(/\W+/);
        operations.next({
          name,
          say(data, errors = []) {
            sink.next(errors.length === 0 ? { data } : { data, errors: [...errors] });
            if (kind !== "subscription") sink.complete();
          },
        });
        return { unsubscribe() {} };
      },
    }),
  });
  const exchanges = [simulationCache(), service];
  const client = new Client({ url: "http://127.0.0.1", preferGetMethod: false, exchanges });

  /** The nth operation of a name, as soon as it has been sent. */
  const sent = (name: string, nth = 1): Promise<Asked> =>
    operations.first((one) => operations.items.filter((other) => other.name === name)[nth - 1] === one);

  return { client, sent };
}

const simulation = (fields: Record<string, unknown>) => ({
  simulation: { __typename: "Simulation", id: "1", ...fields },
});

const event = (fields: Record<string, unknown>) => ({
  simulationEvents: { __typename: "StatusChanged", seq: fields.lastSeq, ...simulation(fields) },
});

const watching = (fields: string) =>
  parse(
    `subscription Watch { simulationEvents(simulationId: "1") { seq simulation { id lastSeq ${fields} } } }`,
  );

const reading = (name: string, fields: string) =>
  parse(`query ${name} { simulation(id: "1") { id lastSeq ${fields} } }`);

/** What an answer comes to that says `older` of the fields, after an event that has said `newer` at seq 9. */
async function answered(
  fields: { watch: string; read: string },
  newer: Record<string, unknown>,
  older: Record<string, unknown>,
): Promise<unknown> {
  const { client, sent } = application();
  const answer = client.query(reading("Read", fields.read), {}).toPromise();
  const { say } = await sent("Read");
  const told = new Promise((resolve) => client.subscription(watching(fields.watch), {}).subscribe(resolve));
  (await sent("Watch")).say(event({ lastSeq: 9, ...newer }));
  await told;
  say(simulation(older));
  return (await answer).data.simulation;
}

it("keeps the newer word, and takes what was not known yet", async () => {
  const fields = { watch: "status", read: "status designId" };
  const older = { lastSeq: 5, status: "RUNNING", designId: "shop" };
  expect(await answered(fields, { status: "STOPPED" }, older)).toEqual({
    id: "1",
    lastSeq: 9,
    status: "STOPPED",
    designId: "shop",
  });
});

it("takes what is as new", async () => {
  const fields = { watch: "status", read: "status" };
  const again = { lastSeq: 9, status: "PAUSED" };
  expect(await answered(fields, { status: "STOPPED" }, again)).toMatchObject(again);
});

it("knows a field under any alias", async () => {
  const fields = { watch: "state: status", read: "status state: desiredStatus" };
  const older = { lastSeq: 5, status: "RUNNING", state: "RUNNING" };
  const renewed = { status: "STOPPED", state: "RUNNING" };
  expect(await answered(fields, { state: "STOPPED" }, older)).toMatchObject(renewed);
});

it("knows a field within any fragment", async () => {
  const fields = { watch: "... { failure { code } }", read: "... on Simulation { failure { code } }" };
  const failure = { __typename: "SimulationFailure", code: "ENGINE_LOST" };
  const older = { lastSeq: 5, failure: null };
  expect(await answered(fields, { failure }, older)).toMatchObject({ failure: { code: "ENGINE_LOST" } });
});

it("keeps the newest word of each field, also where they come by different answers", async () => {
  const { client, sent } = application();
  const ask = async (name: string, fields: string, said: Record<string, unknown>) => {
    const answer = client.query(reading(name, fields), {}, { requestPolicy: "network-only" }).toPromise();
    (await sent(name)).say(simulation(said));
    return (await answer).data.simulation;
  };
  await ask("First", "progress", { lastSeq: 3, progress: 0.3 });
  await ask("Second", "status", { lastSeq: 9, status: "STOPPED" });
  const said = { lastSeq: 7, progress: 0.7, status: "RUNNING" };
  const newest = { id: "1", lastSeq: 9, progress: 0.7, status: "STOPPED" };
  expect(await ask("Third", "progress status", said)).toEqual(newest);
});

it("learns nothing from a field that failed", async () => {
  const { client, sent } = application();
  const broken = client.query(reading("Broken", "design { id }"), {}).toPromise();
  const errors = [{ message: "The Design Service does not answer.", path: ["simulation", "design"] }];
  (await sent("Broken")).say(simulation({ lastSeq: 9, design: null }), errors);
  await broken;
  const answer = client
    .query(reading("Read", "design { id }"), {}, { requestPolicy: "network-only" })
    .toPromise();
  (await sent("Read")).say(simulation({ lastSeq: 5, design: { __typename: "Design", id: "shop" } }));
  expect((await answer).data.simulation).toMatchObject({ lastSeq: 9, design: { id: "shop" } });
});

it("shows the newer word where graphcache has it below an older one", async () => {
  const { client, sent } = application();
  const view = new Seen<number>();
  const read = reading("Read", "status");
  const next = ({ data }: OperationResult) => {
    if (data) view.next(data.simulation.lastSeq);
  };
  const refresh = () => client.query(read, {}, { requestPolicy: "network-only" }).toPromise();
  // As long as this one is not answered, later answers lie upon each other.
  client.query(parse("query Slow { designs { nodes { id } } }"), {}).subscribe(() => {});
  await sent("Slow");
  client.query(read, {}).subscribe(next);
  (await sent("Read")).say(simulation({ lastSeq: 1, status: "RUNNING" }));
  client.subscription(watching("status"), {}).subscribe(() => {});
  const { say } = await sent("Watch");
  say(event({ lastSeq: 2, status: "RUNNING" }));
  const refreshed = refresh();
  (await sent("Read", 2)).say(simulation({ lastSeq: 3, status: "RUNNING" }));
  await refreshed;
  say(event({ lastSeq: 4, status: "PAUSED" }));
  await view.first((lastSeq) => lastSeq === 4);
});

it("keeps a bounded number of simulations in mind, those that were heard of last", async () => {
  const { client, sent } = application();
  const list = (name: string) => parse(`query ${name} { simulations { nodes { id lastSeq } } }`);
  const ask = async (name: string, ids: readonly number[], lastSeq: number) => {
    const answer = client.query(list(name), {}, { requestPolicy: "network-only" }).toPromise();
    const nodes = ids.map((id) => ({ __typename: "Simulation", id: String(id), lastSeq }));
    (await sent(name)).say({ simulations: { __typename: "SimulationConnection", nodes } });
    return (await answer).data.simulations.nodes.map((node: { lastSeq: number }) => node.lastSeq);
  };
  await ask(
    "All",
    Array.from({ length: 1_001 }, (_, id) => id),
    9,
  );
  expect(await ask("Some", [0, 1_000], 5)).toEqual([5, 9]);
});
