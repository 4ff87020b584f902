import fc from "fast-check";
import { type ExecutionArgs, execute, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import type { EventBody } from "../../src/core/events.ts";
import type { FeedItem } from "../../src/feed/feed.ts";
import { schema } from "../../src/graphql/schema.ts";
import { type Execute, Executors } from "../../src/server/compiled.ts";
import { sharedWay } from "../../src/server/shared-subscription.ts";
import { changedTo, logged, measured, sampled, simulationOf } from "../support/simulations.ts";
import { randomDocument } from "./random-selection.ts";

const bodies: readonly EventBody[] = [
  sampled({ components: [measured("gateway"), { ...measured("größe"), hitRatio: 0.5 }] }),
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

/** It has been compiled when this returns, if it ever is. */
function often(args: ExecutionArgs): Execute {
  const { execute: again } = new Executors().of(args);
  for (let round = 0; round < 40; round += 1) again(items[0], args.contextValue);
  return again;
}

function sameAsGraphQL(args: ExecutionArgs): void {
  const compiled = often(args);
  for (const item of items) {
    const expected = execute({ ...args, rootValue: item });
    expect(JSON.stringify(compiled(item, args.contextValue))).toBe(JSON.stringify(expected));
  }
}

describe("what is executed again and again", () => {
  it("tells of every selection what graphql-js tells, letter by letter", () => {
    fc.assert(
      fc.property(randomDocument, ({ text, variables }) => {
        const args = argsOf(text, { id: "1", ...variables });
        expect(validate(schema, args.document)).toEqual([]);
        expect(sharedWay(schema, args.document, null, { id: "1", ...variables })).toBeDefined();
        sameAsGraphQL(args);
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
    const told = often(args)(broken, args.contextValue);
    expect(told.errors).toHaveLength(1);
    expect(JSON.stringify(told)).toBe(JSON.stringify(execute({ ...args, rootValue: broken })));
  });

  it("is the operation that was asked for, whatever another one in the document needs", () => {
    const text = `subscription Asked ($id: ID!) { simulationEvents(simulationId: $id) { seq ...F } }
      fragment F on SimulationEvent { at }
      subscription Other ($id: ID!, $more: Boolean!) { simulationEvents(simulationId: $id) { ...G } }
      fragment G on SimulationEvent { seq @include(if: $more) }`;
    sameAsGraphQL({ ...argsOf(text, { id: "1" }), operationName: "Asked" });
  });

  it("may name a field as JavaScript names what all objects have", () => {
    const selection = "__proto__: __typename constructor: seq toString: at";
    sameAsGraphQL(argsOf(`subscription { simulationEvents(simulationId: "1") { ${selection} } }`, {}));
  });

  it("may be too large to be compiled", () => {
    const fields = Array.from({ length: 40 }, (_, n) => `a${n}: simulation { ...F }`).join(" ");
    const fragment = "fragment F on Simulation { id status progress seed speed duration attempt lastSeq }";
    sameAsGraphQL(
      argsOf(`subscription { simulationEvents(simulationId: "1") { ${fields} } } ${fragment}`, {}),
    );
  });

  it("shows each who asks what is theirs", () => {
    const args = argsOf(
      `subscription { simulationEvents(simulationId: "1") { simulation { viewerRole } } }`,
      {},
    );
    const compiled = often(args);
    const admin = { viewer: { userId: "a", roles: new Map(), admin: true } };
    expect(JSON.stringify(compiled(items[0], args.contextValue))).toContain("VIEWER");
    expect(JSON.stringify(compiled(items[0], admin))).toContain("ADMIN");
  });
});
