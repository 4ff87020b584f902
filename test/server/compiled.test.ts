import fc from "fast-check";
import { type ExecutionArgs, execute, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import type { EventBody } from "../../src/core/events.ts";
import type { FeedItem } from "../../src/feed/feed.ts";
import { schema } from "../../src/graphql/schema.ts";
import { executor } from "../../src/server/compiled.ts";
import { sharedWay } from "../../src/server/shared-subscription.ts";
import { changedTo, logged, sampled, simulationOf } from "../support/simulations.ts";
import { randomDocument } from "./random-selection.ts";

const component = {
  componentId: "gateway",
  arrivals: 1.5,
  throughput: 1.25,
  errorRate: 0,
  rejected: 0,
  utilization: 0.75,
  queueLength: 2,
  queueMax: 5,
  replicas: 2,
  latencyMean: 0.01,
  latencyP50: 0.009,
  latencyP95: 0.02,
  latencyP99: 0.03,
  hitRatio: null,
};

const bodies: readonly EventBody[] = [
  sampled({ components: [component, { ...component, componentId: "größe", hitRatio: 0.5 }] }),
  changedTo("PAUSED"),
  logged("größer 🚀 ist \u2028 nicht \ud800 besser"),
  { type: "SPEED_CHANGED", speed: 0, desiredSpeed: 5 },
  { type: "FAULT_CHANGED", faultId: "f", kind: "CRASH", componentId: null, phase: "BEGAN", value: 1 },
  { type: "ATTEMPT_STARTED", attempt: 2, reason: "The engine was lost.", replay: true },
];

const simulation = simulationOf("1", { lastSeq: bodies.length, labels: { team: "a" } });

const items: readonly FeedItem[] = [
  ...bodies.map((body, index) => ({
    kind: "event" as const,
    simulation,
    event: {
      simulationId: "1",
      seq: index + 1,
      at: new Date(index),
      simulatedTime: index / 3,
      engineSeq: index,
      body,
    },
  })),
  { kind: "state", state: "STALE", reason: "why", seq: 3, at: new Date(9), simulatedTime: 1, simulation },
];

/** What a subscription sees of what a viewer without rights of any kind may see. */
function argsOf(text: string, variables: Record<string, unknown>): ExecutionArgs {
  return {
    schema,
    document: parse(text),
    variableValues: variables,
    contextValue: { viewer: { userId: "u", roles: new Map([["default", "viewer"]]), admin: false } },
  };
}

/** After so many it is compiled. */
const often = 40;

describe("what is executed again and again", () => {
  it("tells of every selection what graphql-js tells, letter by letter", () => {
    fc.assert(
      fc.property(randomDocument, ({ text, variables }) => {
        const args = argsOf(text, { id: "1", ...variables });
        expect(validate(schema, args.document)).toEqual([]);
        expect(sharedWay(schema, args.document, null, variables)).toBeDefined();
        const compiled = executor(args);
        for (let round = 0; round < often; round += 1) compiled(items[0]);
        for (const item of items) {
          const expected = execute({ ...args, rootValue: item });
          expect(JSON.stringify(compiled(item))).toBe(JSON.stringify(expected));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("tells an error in the words of graphql-js", () => {
    const args = argsOf(
      `subscription ($id: ID!) { simulationEvents(simulationId: $id) { seq ... on MetricsSampled { progress } } }`,
      { id: "1" },
    );
    const broken: FeedItem = {
      kind: "event",
      simulation,
      event: {
        simulationId: "1",
        seq: 1,
        at: new Date(0),
        simulatedTime: 0,
        engineSeq: 1,
        body: sampled({ progress: Number.NaN }),
      },
    };
    const compiled = executor(args);
    for (let round = 0; round < often; round += 1) compiled(items[0]);
    const told = compiled(broken);
    expect(told.errors).toHaveLength(1);
    expect(JSON.stringify(told)).toBe(JSON.stringify(execute({ ...args, rootValue: broken })));
  });
});
