import { readFileSync } from "node:fs";
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  parse,
  print,
} from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schema } from "../../src/graphql/schema.ts";
import { costOf } from "../../src/server/cost.ts";
import { exceededMeasure, measured } from "../../src/server/document-limits.ts";
import { graphiqlTabs } from "../../src/server/graphiql-tabs.ts";
import { serverLimits } from "../../src/server/limits.ts";
import { bulkFields, listFields, pageFields, readWeights } from "../../src/server/page-sizes.ts";
import { operation, send } from "../support/http.ts";
import { type Api, startApi } from "./api.ts";

const exceeded = (query: string, variables: Record<string, unknown> = {}) =>
  exceededMeasure(measured(parse(query), variables), serverLimits);

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** Twenty-five fragments, each of which spreads the next one twice: 2^25 fields in a KB. */
function doubling(spread: (name: string) => string): string {
  const links = Array.from(
    { length: 25 },
    (_, n) => `fragment F${n} on Simulation { ${spread(`F${n + 1}`)} }`,
  );
  return `{ simulation(id: "1") { ...F0 } } ${links.join(" ")} fragment F25 on Simulation { id }`;
}

const bombs: Record<string, string> = {
  "fragments that double": doubling((name) => `...${name} ...${name}`),
  "fragments that double in inline fragments": doubling((name) => `... { ...${name} } ... { ...${name} }`),
  "fragments that double in subfields": doubling((n) => `a: design { id } ...${n} b: design { id } ...${n}`),
  "very deep fields": `{ ${"a { ".repeat(300)} b ${"} ".repeat(300)} }`,
  "very many fields": `{ ${"a ".repeat(3000)} }`,
  "very many aliases": `{ ${Array.from({ length: 100 }, (_, n) => `a${n}: __typename`).join(" ")} }`,
  "a field that is selected very often": `{ simulation(id: "1") { ${"id ".repeat(100)} } }`,
  "very many fragments": `{ ${"...F ".repeat(100)} } fragment F on Query { __typename }`,
  "very many directives": `{ __typename ${"@skip(if: false) ".repeat(50)} }`,
  "a very deep list": `{ simulations(filter: { labels: ${"[".repeat(900)}${"]".repeat(900)} }) { totalCount } }`,
  "pages of pages": "{ simulations(first: 200) { nodes { events(first: 1000) { nodes { seq } } } } }",
};

describe("an operation of", () => {
  it.each(Object.entries(bombs))("%s is refused", async (_, query) => {
    const { data, errors } = await operation(api.url, query);
    expect(data).toBeUndefined();
    expect(errors?.length).toBeGreaterThan(0);
    expect(errors?.length).toBeLessThanOrEqual(serverLimits.errorsPerAnswer);
  });

  it("fragments that spread each other is refused", async () => {
    const query = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    const { errors } = await operation(api.url, query);
    expect(errors?.[0]?.message).toContain("Cannot spread fragment");
  });

  it("deep variables is refused", async () => {
    const query = "query ($f: SimulationFilter) { simulations(filter: $f) { totalCount } }";
    const labels = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const { text } = await send(`${api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"query":${JSON.stringify(query)},"variables":{"f":{"labels":${labels}}}}`,
    });
    expect(JSON.parse(text).errors).toMatchObject([{ extensions: { code: "BAD_INPUT" } }]);
  });

  it("the tools' introspection is answered", async () => {
    const { data } = await operation(api.url, getIntrospectionQuery());
    expect(buildClientSchema(data as never).getQueryType()?.name).toBe("Query");
  });

  it("an ordinary dashboard is answered", () => {
    const query = `query ($n: Int) { simulations(first: $n) { totalCount nodes { id status queue { position }
      metrics(maxPoints: 100) { from throughput { mean } } events(first: 100) { nodes { seq at } } } } }`;
    expect(exceeded(query, { n: 50 })).toBeUndefined();
    expect(exceeded(query, { n: 200 })).toBe("items");
  });
});

describe("the size of an answer", () => {
  const metrics =
    "... on MetricsSampled { throughput components { componentId throughput utilization latencyP95 } }";
  const page = (alias: string) =>
    `${alias}: simulation(id: "x") { events(first: 1000) { nodes { seq ${metrics} } } }`;

  it("lets one large page of a log through, and not many of them", () => {
    expect(exceeded(`{ ${page("a")} }`)).toBeUndefined();
    const many = ["a", "b", "c", "d", "e"].map(page).join(" ");
    expect(exceeded(`{ ${many} }`)).toBe("values");
  });

  it("counts documents by what they may hold", () => {
    expect(exceeded("{ simulations(first: 10) { nodes { designDocument } } }")).toBeUndefined();
    expect(exceeded("{ simulations(first: 200) { nodes { designDocument } } }")).toBe("values");
  });

  it("counts the lists of reports", () => {
    const report = "report { components { componentId errors } assumptions { path text } }";
    expect(exceeded(`{ simulations(first: 100) { nodes { ${report} } } }`)).toBeUndefined();
    const all = Array.from(
      { length: 50 },
      (_, index) => `s${index}: simulations(first: 200) { nodes { ${report} } }`,
    );
    expect(exceeded(`{ ${all.join(" ")} }`)).toBe("values");
  });
});

describe("what is read for each item", () => {
  const many = (selection: string) =>
    `{ ${Array.from({ length: 60 }, (_, n) => `a${n}: simulations(first: 200) { nodes { ${selection} } }`).join(" ")} }`;

  it.each([
    "metrics(maxPoints: 1) { from }",
    "events(first: 1) { nodes { seq } }",
    "report { requests }",
    "queue { position }",
    "design { id }",
    "owner { leaseExpiresAt }",
    "designDocument",
  ])("weighs, however little of it comes: %s", (selection) => {
    expect(exceededMeasure(measured(parse(many(selection)), {}), { ...serverLimits, items: 1e9 })).toBe(
      "values",
    );
  });

  it("costs points where it is within the limits", () => {
    const document = parse("{ simulations(first: 200) { nodes { metrics(maxPoints: 1) { from } } } }");
    expect(costOf(document, undefined, measured(document, {}))).toBeGreaterThanOrEqual(10);
  });

  it("is named as the schema names it", () => {
    const names = new Set(fieldsOfSchema().map(({ name }) => name));
    for (const name of Object.keys(readWeights)) expect(names).toContain(name);
  });
});

describe("what an operation costs", () => {
  const cost = (query: string) => {
    const document = parse(query);
    return costOf(document, undefined, measured(document, {}));
  };
  const times = (count: number, text: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => text(n)).join(" ");

  it("grows with its root fields", () => {
    expect(cost("{ __typename }")).toBe(1);
    expect(cost(`{ ${times(20, (n) => `a${n}: simulation(id: "${n}") { id status }`)} }`)).toBe(20);
    expect(cost(`mutation { ${times(20, (n) => `a${n}: stopSimulation(id: "${n}") { __typename }`)} }`)).toBe(
      100,
    );
    expect(cost("subscription { announcements { __typename } }")).toBe(5);
  });

  it("counts root fields in fragments each time that they are spread", () => {
    expect(
      cost("{ ...A ...A } fragment A on Query { ...B ... { ...B } } fragment B on Query { __typename }"),
    ).toBe(4);
    expect(
      cost(doubling((name) => `...${name} ...${name}`).replace(/^.*?\{ \.\.\.F0 \} \}/, "{ ...F0 }")),
    ).toBeGreaterThan(1e6);
  });

  it("is that of many commands for a bulk stop", () => {
    const stop = "stopSimulations(filter: {}) { ... on StopSimulationsPayload { matched } }";
    expect(cost(`mutation { ${stop} }`)).toBe(50);
    expect(cost(`mutation { a: ${stop} b: ${stop} }`)).toBe(100);
  });
});

describe("lists without an argument for their size", () => {
  it("count what a bulk stop may bring", () => {
    const stop = (selection: string) =>
      `mutation { stopSimulations(filter: {}) { ... on StopSimulationsPayload { stopped { ${selection} } } } }`;
    expect(exceeded(stop("id status desiredStatus"))).toBeUndefined();
    expect(exceeded(stop("events(first: 1000) { nodes { seq } }"))).toBe("items");
    expect(exceeded(stop("designDocument"))).toBe("values");
  });

  it("count the projects of a session", () => {
    const projects = (count: number) =>
      `{ ${Array.from({ length: count }, (_, n) => `a${n}: session { projects { projectId role a: role b: role c: role d: role } }`).join(" ")} }`;
    expect(exceeded(projects(1))).toBeUndefined();
    expect(exceeded(projects(30))).not.toBeUndefined();
  });

  /** Their page is the field that brings the connection; the nodes by ids count the ids. */
  const counted = ["edges", "nodes"];

  it("are all known", () => {
    const lists = fieldsOfSchema()
      .filter(({ type }) => isListType(getNullableType(type)))
      .map(({ name }) => name);
    const known = [pageFields, bulkFields, listFields].flatMap((fields) => Object.keys(fields));
    expect([...new Set(lists)].filter((name) => ![...known, ...counted].includes(name))).toEqual([]);
    for (const name of [bulkFields, listFields].flatMap((one) => Object.keys(one))) {
      expect(lists).toContain(name);
    }
  });
});

function fieldsOfSchema() {
  return Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith("__"))
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .flatMap((type) => Object.values(type.getFields()));
}

describe("documents that are in use", () => {
  const source = readFileSync(new URL("../../src/cli/operations.graphql", import.meta.url), "utf8");
  const definitions = parse(source).definitions;
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const ofCommandLine = definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? [[definition.name?.value, print({ kind: Kind.DOCUMENT, definitions: [definition, ...fragments] })]]
      : [],
  );
  const ofGraphiql = graphiqlTabs.map(({ query }) => [
    /^(?:query|mutation|subscription) (\w+)/m.exec(query)?.[1],
    query,
  ]);

  it.each([...ofCommandLine, ...ofGraphiql])("are within the limits, and cheap: %s", (_, query = "") => {
    const document = parse(query);
    const measures = measured(document, { first: 200 });
    expect(exceededMeasure(measures, serverLimits)).toBeUndefined();
    expect(costOf(document, undefined, measures)).toBeLessThan(60);
  });
});

describe("the schema", () => {
  const schema = (alias: string) => getIntrospectionQuery().replace("__schema", `${alias}: __schema`);

  it("may be asked for as tools do, and costs what it takes", () => {
    expect(exceeded(getIntrospectionQuery())).toBeUndefined();
    const document = parse(schema("a"));
    expect(costOf(document, undefined, measured(document, {}))).toBeGreaterThan(30);
  });

  it("may not be asked for many times at once", () => {
    const query = getIntrospectionQuery();
    const [selection = ""] = /__schema \{.*?\n {6}\}/s.exec(query) ?? [];
    const many = Array.from({ length: 10 }, (_, n) => `a${n}: ${selection}`).join(" ");
    expect(exceeded(`{ ${many} } ${query.slice(query.indexOf("fragment"))}`)).toBe("values");
  });
});

describe("the size of pages", () => {
  it("is known for every field of the schema that brings one", () => {
    const found = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()))
      .flatMap(({ name, args }) => {
        const sizes = args
          .map((arg) => arg.name)
          .filter((arg) => ["first", "last", "maxPoints"].includes(arg));
        return sizes.length === 0 ? [] : [[name, sizes.sort()]];
      });
    const known = Object.entries(pageFields).map(([name, page]) => [name, [...page.arguments].sort()]);
    expect(new Map(found as [])).toEqual(new Map(known as []));
  });
});
