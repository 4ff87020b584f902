import fc from "fast-check";
import { type ExecutionArgs, execute, parse } from "graphql";
import { describe, expect, it } from "vitest";
import type { MetricsSampled } from "../../src/core/events.ts";
import { componentValues, sampleValues } from "../../src/core/sample-text.ts";
import { WrittenSample } from "../../src/core/written-sample.ts";
import type { DeliveredEvent } from "../../src/feed/feed.ts";
import { schema } from "../../src/graphql/schema.ts";
import { databaseJson } from "../../src/postgres/json.ts";
import { type Projection, Projections } from "../../src/server/projection.ts";
import { logged, measured, sampled, simulationOf } from "../support/simulations.ts";
import { randomDocument } from "./random-selection.ts";

function argsOf(text: string, variables: Record<string, unknown> = {}): ExecutionArgs {
  return {
    schema,
    document: parse(text),
    variableValues: { id: "1", ...variables },
    contextValue: { viewer: { userId: "u", roles: new Map([["default", "viewer"]]), admin: false } },
  };
}

function delivered(body: DeliveredEvent["event"]["body"]): DeliveredEvent {
  const event = { simulationId: "1", seq: 7, at: new Date(5), simulatedTime: 1 / 3, engineSeq: 6, body };
  return { kind: "event", simulation: simulationOf("1", { lastSeq: 7 }), event };
}

const writtenAs = (sample: MetricsSampled) => WrittenSample.ofJson(JSON.stringify(sample));

const projectionOf = (args: ExecutionArgs) => new Projections().of(args);

function projected(projection: Projection, item: DeliveredEvent): string | undefined {
  const bytes = projection.rest(item);
  if (bytes === undefined) return undefined;
  const rest = Buffer.from(bytes, "latin1").toString();
  expect(rest.endsWith("}")).toBe(true);
  return rest.slice(0, -1);
}

const executed = (args: ExecutionArgs, item: DeliveredEvent) =>
  JSON.stringify(execute({ ...args, rootValue: item }));

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const numbers = (names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, number])));
const componentId = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constant('größe 🚀 "\\\n\u2028'),
);
/** In the order in which a sample is written. */
const anySample: fc.Arbitrary<MetricsSampled> = fc
  .tuple(
    numbers(sampleValues),
    fc.array(fc.tuple(componentId, numbers(componentValues), fc.boolean()), { maxLength: 4 }),
  )
  .map(([values, components]) => ({
    ...sampled(),
    ...values,
    components: components.map(([componentId, ofOne, isCache]) => ({
      ...measured(""),
      ...ofOne,
      componentId,
      hitRatio: isCache ? 0.5 : null,
    })),
  }));

const whole = `subscription ($id: ID!) { simulationEvents(simulationId: $id) {
  seq __typename at simulationId simulatedTime again: seq
  ... on StatusChanged { status }
  ...Sample
  ... on SimulationEvent { ... on MetricsSampled { components { utilization } } }
} }
fragment Sample on MetricsSampled { ${sampleValues.join(" ")} more: window
  components { __typename ${componentValues.join(" ")} name: componentId }
  others: components { componentId } }`;

describe("a projection", () => {
  it("tells what graphql-js tells, letter by letter", () => {
    const args = argsOf(whole);
    const projection = projectionOf(args);
    fc.assert(
      fc.property(anySample, (sample) => {
        expect(projected(projection, delivered(writtenAs(sample)))).toBe(executed(args, delivered(sample)));
      }),
    );
  });

  it("is of every selection that asks for no more than there is in the text", () => {
    let projections = 0;
    const sample = sampled({ components: [measured("gateway"), { ...measured("größe"), hitRatio: 0.5 }] });
    fc.assert(
      fc.property(randomDocument, ({ text, variables }) => {
        const args = argsOf(text, variables);
        const answer = projected(projectionOf(args), delivered(writtenAs(sample)));
        if (answer === undefined) return;
        projections += 1;
        expect(answer).toBe(executed(args, delivered(sample)));
      }),
      { numRuns: 500 },
    );
    expect(projections).toBeGreaterThan(20);
  });

  it("is of samples as they are written only", () => {
    const projection = projectionOf(argsOf(whole));
    expect(projected(projection, delivered(sampled()))).toBeUndefined();
    const otherwise = JSON.stringify({ ...{ type: "METRICS_SAMPLED", later: 1 }, ...sampled() });
    expect(projected(projection, delivered(WrittenSample.ofJson(otherwise)))).toBeUndefined();
    expect(projected(projection, delivered(logged("words")))).toBeUndefined();
    expect(projection.rest({ kind: "state", state: "LIVE" })).toBeUndefined();
  });

  it.each([
    "simulation { id }",
    "seq ... on MetricsSampled { window simulation { id } }",
    "seq ... on MetricsSampled { components { componentId } } ... on SimulationEvent { simulation { id } }",
  ])("is not of what looks at the simulation: %s", (selection) => {
    const text = `subscription ($id: ID!) { simulationEvents(simulationId: $id) { ${selection} } }`;
    expect(projected(projectionOf(argsOf(text)), delivered(writtenAs(sampled())))).toBeUndefined();
  });

  it("takes a fragment once, however often it is spread inside of others", () => {
    const nested = Array.from(
      { length: 6 },
      (_, n) => `fragment F${n} on MetricsSampled { ...F${n + 1} ...F${n + 1} }`,
    );
    const args = argsOf(`subscription ($id: ID!) { simulationEvents(simulationId: $id) { seq ...F0 } }
      ${nested.join(" ")} fragment F6 on MetricsSampled { window }`);
    const item = delivered(sampled());
    expect(projected(projectionOf(args), delivered(writtenAs(sampled())))).toBe(executed(args, item));
  });

  it("leaves to execution what is too large, and what has no valid place", () => {
    const projection = projectionOf(argsOf(whole));
    const many = sampled({ components: Array.from({ length: 900 }, (_, n) => measured(`c${n}`)) });
    expect(projected(projection, delivered(writtenAs(many)))).toBeUndefined();
    const { event, ...item } = delivered(writtenAs(sampled()));
    const wrong = [{ at: new Date(Number.NaN) }, { seq: 2 ** 40 }, { simulatedTime: Number.NaN }];
    for (const fact of wrong) {
      expect(projected(projection, { ...item, event: { ...event, ...fact } })).toBeUndefined();
    }
  });

  it("has room for what it says, whatever is selected of however many components", () => {
    const lists = fc.array(
      fc.tuple(
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(
          "__typename",
          "hitRatio",
          "componentId",
          "componentId __typename a: hitRatio b: hitRatio",
        ),
      ),
      { minLength: 1, maxLength: 12 },
    );
    const ofComponents = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 900 }));
    let answers = 0;
    fc.assert(
      fc.property(lists, ofComponents, fc.integer({ min: 1, max: 60 }), (selected, count, length) => {
        const fields = selected.map(
          ([letters, selection], n) => `${"x".repeat(letters)}${n}: components { ${selection} }`,
        );
        const args = argsOf(`subscription ($id: ID!) { simulationEvents(simulationId: $id) {
          ... on MetricsSampled { ${fields.join(" ")} } } }`);
        const components = Array.from({ length: count }, () => measured("c".repeat(length)));
        const sample = sampled({ components });
        const answer = projected(projectionOf(args), delivered(writtenAs(sample)));
        if (answer === undefined) return;
        answers += 1;
        expect(answer).toBe(executed(args, delivered(sample)));
      }),
      { numRuns: 300 },
    );
    expect(answers).toBeGreaterThan(100);
  });

  it("tells also what the database has no letters for as it is read from there", () => {
    const args = argsOf(whole);
    const sample = sampled({ components: [measured("nul \0 half \ud800 whole \u{1f600} quoted \\u0000")] });
    const json = databaseJson(sample);
    const answer = projected(projectionOf(args), delivered(WrittenSample.ofJson(json)));
    expect(answer).toBe(executed(args, delivered(JSON.parse(json))));
  });

  it("holds a bounded number of selections of a bounded size, and gives back its place", () => {
    const projections = new Projections();
    const item = delivered(writtenAs(sampled()));
    const selecting = (fields: string) =>
      argsOf(`subscription ($id: ID!) { simulationEvents(simulationId: $id) { seq ${fields} } }`);
    const held = Array.from({ length: 1_000 }, () => projections.of(selecting("at")));
    for (const one of held) expect(one.rest(item)).toBeDefined();
    expect(projections.of(selecting("at")).rest(item)).toBeUndefined();
    const waiting = projections.of(selecting("at"));
    expect(waiting.rest(item)).toBeUndefined();
    held[0]?.release();
    held[0]?.release();
    expect(waiting.rest(item)).toBeDefined();
    expect(projections.of(selecting("at")).rest(item)).toBeUndefined();
    const aliased = Array.from({ length: 200 }, (_, n) => `a${n}: seq`).join(" ");
    expect(projectionOf(selecting(aliased)).rest(item)).toBeUndefined();
  });

  it("is of one operation of several, with their fragments and their variables", () => {
    const text = `
      subscription One($id: ID!) { simulationEvents(simulationId: $id) { seq ...Mine } }
      subscription Other($id: ID!, $on: Boolean!) { simulationEvents(simulationId: $id) { at ...Others } }
      fragment Mine on MetricsSampled { window }
      fragment Others on MetricsSampled { offered @include(if: $on) }`;
    const answer = (operationName: string, variables: Record<string, unknown>) => {
      const args = { ...argsOf(text, variables), operationName };
      const told = projected(projectionOf(args), delivered(writtenAs(sampled())));
      return [told, executed(args, delivered(sampled()))];
    };
    const [told, expected] = answer("Other", { on: true });
    expect(told).toBe(expected);
    // Where nothing is left of a selection, and where a condition is another operation's, it is executed.
    expect(answer("Other", { on: false })[0]).toBeUndefined();
    expect(answer("One", {})[0]).toBeUndefined();
  });
});
