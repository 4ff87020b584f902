// What a command answers, and every way in which it can refuse, as the client sees it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ErrorCode, ServiceError } from "../../src/core/errors.ts";
import type { Commands } from "../../src/orchestrator/commands.ts";
import { type Api, startApi } from "../server/api.ts";
import { operation } from "../support/http.ts";
import { simulationOf } from "../support/simulations.ts";

let refusal: ServiceError | undefined;
let calls: unknown[];

async function does<T>(call: unknown[], result: T): Promise<T> {
  calls.push(call);
  if (refusal !== undefined) throw refusal;
  return result;
}

const commands: Commands = {
  start: (_, request) => does(["start", request], simulationOf("s")),
  stop: (_, id) => does(["stop", id], simulationOf(id, { desiredStatus: "STOPPED" })),
  pause: (_, id) => does(["pause", id], simulationOf(id, { desiredStatus: "PAUSED" })),
  resume: (_, id) => does(["resume", id], simulationOf(id)),
  setSpeed: (_, id, speed) => does(["setSpeed", id, speed], simulationOf(id, { desiredSpeed: speed })),
  stopMany: (_, filter) => does(["stopMany", filter], { matched: 2, stopped: [simulationOf("a")] }),
};

let api: Api;
beforeAll(async () => {
  api = await startApi({ commands });
});
afterAll(() => api.close());
beforeEach(() => {
  refusal = undefined;
  calls = [];
});

const simulation = "... on Simulation { id desiredStatus desiredSpeed }";
const error = "... on Error { code message }";

/** The mutation's result, or the errors. */
async function run(field: string, selection = `${simulation} ${error}`, variables = {}): Promise<unknown> {
  const declared = "input" in variables ? "($input: StartSimulationInput!)" : "";
  const query = `mutation ${declared} { result: ${field} { __typename ${selection} } }`;
  const { data, errors } = await operation(api.url, query, variables);
  return data?.result ?? errors;
}

const start = (input: object, selection?: string) =>
  run("startSimulation(input: $input)", selection, { input: { designId: "web-shop", ...input } });

describe("startSimulation", () => {
  it("hands on what was said, and the default speed", async () => {
    expect(await start({})).toMatchObject({ __typename: "Simulation", id: "s" });
    const all = {
      projectId: "p",
      idempotencyKey: "k",
      seed: 7,
      duration: 60.5,
      speed: 0,
      labels: { team: "a" },
      startPaused: true,
      maxWallTime: 100,
      maxPause: 10,
      maxQueueTime: 5,
    };
    await start({ ...all, projectId: null });
    await start(all);
    const { projectId: _, ...others } = all;
    expect(calls).toEqual([
      ["start", { designId: "web-shop", speed: 10 }],
      ["start", { designId: "web-shop", ...others }],
      ["start", { designId: "web-shop", ...all }],
    ]);
  });

  it.each([
    ["speed", { speed: -1 }],
    ["speed", { speed: 1e9 }],
    ["duration", { duration: 0 }],
    ["seed", { seed: -1 }],
    ["idempotencyKey", { idempotencyKey: "" }],
    ["idempotencyKey", { idempotencyKey: "k".repeat(201) }],
    ["designId", { designId: "" }],
    ["labels.a", { labels: { a: 1 } }],
    ["labels", { labels: ["a"] }],
    ["labels", { labels: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`l${n}`, ""])) }],
    ["labels", { labels: { ["x".repeat(64)]: "" } }],
    ["labels", { labels: { a: "x".repeat(257) } }],
    ["maxPause", { maxPause: 0 }],
  ])("says which input is wrong: %s", async (path, input) => {
    const answer = await start(input, `${error} ... on InvalidInputError { path }`);
    expect(answer).toMatchObject({
      __typename: "InvalidInputError",
      code: "BAD_INPUT",
      path: `input.${path}`,
    });
    expect(calls).toEqual([]);
  });

  it("does not take Infinity as a speed", async () => {
    expect(await run(`startSimulation(input: { designId: "d", speed: 1e999 })`)).toMatchObject({
      __typename: "InvalidInputError",
    });
    expect(calls).toEqual([]);
  });

  it.each([
    ["a seed beyond Int", `startSimulation(input: { designId: "d", seed: 2147483648 })`],
    ["a field that it does not know", `startSimulation(input: { designId: "d", userId: "me" })`],
  ])("does not take %s", async (_, field) => {
    expect(await run(field)).toMatchObject([{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }]);
  });
});

describe("a refusal", () => {
  const problems = [{ code: "E-REF", path: "edges[0]", message: "Names nothing." }];
  const cases: [ErrorCode, Record<string, unknown>, string, string, Record<string, unknown>][] = [
    ["BAD_INPUT", { path: "input.duration" }, "InvalidInputError", "path", { path: "input.duration" }],
    ["BAD_INPUT", {}, "InvalidInputError", "path", { path: null }],
    ["DESIGN_NOT_FOUND", { designId: "d" }, "DesignNotFoundError", "designId", { designId: "d" }],
    [
      "DESIGN_INVALID",
      { problems: [{ ...problems[0], severity: "error" }] },
      "DesignInvalidError",
      "problems { code path message }",
      { problems },
    ],
    [
      "IDEMPOTENCY_CONFLICT",
      { simulationId: "s", fields: ["speed"] },
      "IdempotencyConflictError",
      "simulationId fields",
      { simulationId: "s", fields: ["speed"] },
    ],
    [
      "LIMIT_EXCEEDED",
      { limit: "queued", maximum: 5 },
      "LimitExceededError",
      "limit maximum",
      { limit: "queued", maximum: 5 },
    ],
    ["UNAVAILABLE", {}, "UnavailableError", "code", {}],
  ];
  it.each(cases)("of a start by %s %j is a %s", async (code, details, type, fields, facts) => {
    refusal = new ServiceError(code, "No, since.", details);
    const answer = await start({}, `${error} ... on ${type} { ${fields} }`);
    expect(answer).toEqual({ __typename: type, code, message: "No, since.", ...facts });
  });

  it.each([
    "stopSimulation(id: 1)",
    "pauseSimulation(id: 1)",
    "resumeSimulation(id: 1)",
    "setSimulationSpeed(id: 1, speed: 2)",
  ])("of %s is data too", async (field) => {
    refusal = new ServiceError("SIMULATION_NOT_FOUND", "No.", { simulationId: "1" });
    expect(await run(field, `${error} ... on SimulationNotFoundError { simulationId }`)).toEqual({
      __typename: "SimulationNotFoundError",
      code: "SIMULATION_NOT_FOUND",
      message: "No.",
      simulationId: "1",
    });
    refusal = new ServiceError("INVALID_TRANSITION", "No.", { status: "FAILED", desiredStatus: "RUNNING" });
    expect(await run(field, "... on InvalidTransitionError { status desiredStatus }")).toEqual({
      __typename: "InvalidTransitionError",
      status: "FAILED",
      desiredStatus: "RUNNING",
    });
    refusal = new ServiceError("UNAVAILABLE", "Down.");
    expect(await run(field)).toMatchObject({ __typename: "UnavailableError" });
  });

  it("that a mutation does not foresee is an error beside the data, with its code", async () => {
    refusal = new ServiceError("CURSOR_OUT_OF_RANGE", "No.", { after: 1 });
    expect(await run(`stopSimulation(id: "1")`)).toMatchObject([
      { message: "No.", path: ["result"], extensions: { code: "CURSOR_OUT_OF_RANGE", after: 1 } },
    ]);
  });
});

describe("control", () => {
  it("hands on each intent", async () => {
    expect(await run(`stopSimulation(id: "1")`)).toMatchObject({ desiredStatus: "STOPPED" });
    expect(await run(`pauseSimulation(id: "2")`)).toMatchObject({ desiredStatus: "PAUSED" });
    expect(await run(`resumeSimulation(id: "3")`)).toMatchObject({ id: "3" });
    expect(await run(`setSimulationSpeed(id: "4", speed: 2.5)`)).toMatchObject({ desiredSpeed: 2.5 });
    expect(calls).toEqual([
      ["stop", "1"],
      ["pause", "2"],
      ["resume", "3"],
      ["setSpeed", "4", 2.5],
    ]);
  });

  it("takes no negative speed", async () => {
    const answer = await run(`setSimulationSpeed(id: "4", speed: -1)`, "... on InvalidInputError { path }");
    expect(answer).toEqual({ __typename: "InvalidInputError", path: "speed" });
  });
});

describe("stopSimulations", () => {
  const payload = `... on StopSimulationsPayload { matched stopped { id } } ${error}`;

  it("stops what the filter says", async () => {
    const filter = `{ statuses: [RUNNING, QUEUED], designId: null, labels: { team: "a" }, createdAfter: "2026-01-01T00:00:00Z" }`;
    expect(await run(`stopSimulations(filter: ${filter})`, payload)).toEqual({
      __typename: "StopSimulationsPayload",
      matched: 2,
      stopped: [{ id: "a" }],
    });
    expect(calls).toEqual([
      [
        "stopMany",
        {
          statuses: ["RUNNING", "QUEUED"],
          labels: { team: "a" },
          createdAfter: new Date("2026-01-01T00:00:00Z"),
        },
      ],
    ]);
  });

  it("says what is wrong with a filter", async () => {
    const answer = await run(
      "stopSimulations(filter: { labels: { a: 1 } })",
      "... on InvalidInputError { path }",
    );
    expect(answer).toEqual({ __typename: "InvalidInputError", path: "filter.labels.a" });
  });

  it.each(["2026-01-01", "yesterday", "2026-13-01T00:00:00Z", "1"])(
    "takes no %s for a moment",
    async (text) => {
      expect(await run(`stopSimulations(filter: { createdAfter: "${text}" })`, payload)).toMatchObject([
        { extensions: { code: "GRAPHQL_VALIDATION_FAILED" } },
      ]);
    },
  );
});
