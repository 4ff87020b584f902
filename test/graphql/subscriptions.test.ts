// The live side of the schema, over the real feed.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, startApi } from "../server/api.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { changedTo, logged, sampled, simulationOf } from "../support/simulations.ts";

let api: Api;
let client: GraphQLWsClient;
beforeAll(async () => {
  api = await startApi();
  client = await GraphQLWsClient.connect(api);
});
afterAll(async () => {
  await client.close();
  await api.close();
});

const everything = `__typename simulationId seq at simulatedTime simulation { id status lastSeq }
  ... on StatusChanged { status previousStatus desiredStatus reason }
  ... on SpeedChanged { speed desiredSpeed }
  ... on MetricsSampled { progress throughput components { componentId hitRatio } }
  ... on LogEmitted { level code message componentId }
  ... on FaultChanged { faultId kind componentId phase value }
  ... on AttemptStarted { attempt reason replay }
  ... on StreamStateChanged { state reason }`;

function watch(operationId: string, args: string): void {
  client.subscribe(operationId, `subscription { simulationEvents(${args}) { ${everything} } }`);
}

type Event = Record<string, unknown>;

/** What an operation has told, once it has told its last event. */
async function told(operationId: string, lastSeq: number): Promise<Event[]> {
  const events = () =>
    client.frames
      .filter(({ id, type }) => id === operationId && type === "next")
      .map(({ payload }) => (payload as { data: { simulationEvents: Event } }).data.simulationEvents);
  await client.frame(() =>
    events().some((event) => event.seq === lastSeq && event.__typename !== "StreamStateChanged"),
  );
  return events();
}

describe("simulationEvents", () => {
  it("tells every type of event with its own facts, and the simulation beside it", async () => {
    api.store.add(simulationOf("all"));
    api.say("all", [
      changedTo("RUNNING", "STARTING"),
      { type: "SPEED_CHANGED", speed: 1, desiredSpeed: 2 },
      sampled({ progress: 0.25 }),
      logged("hello"),
      { type: "FAULT_CHANGED", faultId: "f", kind: "crash", componentId: null, phase: "STARTED", value: 0.5 },
      { type: "ATTEMPT_STARTED", attempt: 2, reason: "lost", replay: true },
    ]);
    watch("all", `simulationId: "all", after: 0`);
    const events = (await told("all", 6)).filter(({ __typename: type }) => type !== "StreamStateChanged");
    expect(events).toMatchObject([
      { __typename: "StatusChanged", seq: 1, status: "RUNNING", previousStatus: "STARTING", reason: null },
      { __typename: "SpeedChanged", seq: 2, speed: 1, desiredSpeed: 2 },
      { __typename: "MetricsSampled", seq: 3, progress: 0.25, components: [] },
      { __typename: "LogEmitted", seq: 4, level: "INFO", code: "TICK", message: "hello", componentId: null },
      { __typename: "FaultChanged", seq: 5, faultId: "f", kind: "crash", phase: "STARTED", value: 0.5 },
      { __typename: "AttemptStarted", seq: 6, attempt: 2, reason: "lost", replay: true },
    ]);
    for (const event of events) {
      expect(event).toMatchObject({ simulationId: "all", simulation: { id: "all", lastSeq: 6 } });
      expect(event.at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    }
  });

  it("resumes after a seq, and asks for some types only", async () => {
    api.store.add(simulationOf("some"));
    api.say("some", [logged("1"), sampled(), logged("3"), changedTo("RUNNING", "STARTING")]);
    watch("some", `simulationId: "some", after: 1, types: [LOG_EMITTED, STATUS_CHANGED]`);
    const seqs = (await told("some", 4)).flatMap((event) =>
      event.__typename === "StreamStateChanged" ? [] : [event.seq],
    );
    expect(seqs).toEqual([3, 4]);
  });

  it("says when it is live, and completes after the terminal event", async () => {
    api.store.add(simulationOf("ends"));
    watch("ends", `simulationId: "ends"`);
    await client.frame(
      ({ id, payload }) => id === "ends" && JSON.stringify(payload).includes(`"state":"LIVE"`),
    );
    api.say("ends", [changedTo("COMPLETED")], { status: "COMPLETED" });
    await client.frame(({ id, type }) => id === "ends" && type === "complete");
    expect((await told("ends", 1)).at(-1)).toMatchObject({
      status: "COMPLETED",
      simulation: { status: "COMPLETED" },
    });
  });

  it.each([
    ["unknown", `simulationId: "nowhere"`, { code: "SIMULATION_NOT_FOUND" }],
    ["beyond", `simulationId: "all", after: 7`, { code: "CURSOR_OUT_OF_RANGE", after: 7, lastSeq: 6 }],
    ["negative", `simulationId: "all", after: -1`, { code: "BAD_INPUT", path: "after" }],
    ["typeless", `simulationId: "all", types: []`, { code: "BAD_INPUT", path: "types" }],
    ["rate", `simulationId: "all", maxRate: 0`, { code: "BAD_INPUT", path: "maxRate" }],
  ])("is refused by a code: %s", async (name, args, extensions) => {
    watch(name, args);
    const { payload } = await client.frame(({ id }) => id === name);
    expect(payload).toMatchObject({ errors: [{ extensions }] });
    await client.frame(({ id, type }) => id === name && type === "complete");
  });
});

describe("simulationUpdates", () => {
  it("tells RESET, the present list, then changes", async () => {
    api.store.add(simulationOf("listed", { labels: { test: "list" } }));
    const filter = `filter: { labels: { test: "list" }, statuses: [RUNNING] }`;
    client.subscribe(
      "list",
      `subscription { simulationUpdates(${filter}) { kind simulation { id status } } }`,
    );
    await client.results("list", 2);
    api.say("listed", [changedTo("PAUSED")], { status: "PAUSED" });
    const results = await client.results("list", 3);
    expect(results.map(({ data }) => (data as { simulationUpdates: unknown }).simulationUpdates)).toEqual([
      { kind: "RESET", simulation: null },
      { kind: "ENTERED", simulation: { id: "listed", status: "RUNNING" } },
      { kind: "LEFT", simulation: { id: "listed", status: "PAUSED" } },
    ]);
  });
});
