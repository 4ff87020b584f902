// The service as Relay's two specifications want a server to be: Object Identification
// (https://relay.dev/graphql/objectidentification.htm) and Cursor Connections
// (https://relay.dev/graphql/connections.htm), over a real database.
import { getNamedType, isInterfaceType, isNonNullType, isObjectType, isScalarType } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { developmentViewer, type Viewer } from "../../src/core/viewer.ts";
import { schema } from "../../src/graphql/schema.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { created, nextProject } from "../postgres/drafts.ts";
import { type Api, startApi } from "../server/api.ts";
import { operation } from "../support/http.ts";
import { identityBy } from "../support/identities.ts";
import { serverDatabase, type TestDatabase } from "../support/postgres.ts";

let home: TestDatabase;
let database: OpenDatabase;
let api: Api;
let viewer: Viewer = developmentViewer;
beforeAll(async () => {
  home = await serverDatabase();
  database = await home.open();
  api = await startApi({ reads: database.store, identity: identityBy(() => viewer) });
});
afterAll(async () => {
  await api.close();
  await database.close();
  await home.drop();
});

async function read(query: string, variables = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await operation(api.url, query, variables);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data ?? {};
}

const none = "00000000-0000-7000-8000-000000000000";

describe("Node", () => {
  const node = "query ($id: ID!) { node(id: $id) { __typename id ... on Simulation { designId } } }";
  const nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";

  it("is an interface of one field, id: ID!, and node(id: ID!) answers it, or null", () => {
    const type = schema.getType("Node");
    const fields = isInterfaceType(type) ? Object.values(type.getFields()) : [];
    expect(fields.map((field) => `${field.name}: ${field.type}`)).toEqual(["id: ID!"]);
    const field = schema.getQueryType()?.getFields().node;
    expect([field?.args.map((arg) => `${arg.name}: ${arg.type}`), String(field?.type)]).toEqual([
      ["id: ID!"],
      "Node",
    ]);
  });

  it("is every simulation, by the id that it has everywhere: fetched again it is the same object", async () => {
    const { id } = await created(database.store, { projectId: nextProject() });
    const found = await read("query ($ids: [ID!]) { simulations(filter: { ids: $ids }) { nodes { id } } }", {
      ids: [id],
    });
    expect(found).toEqual({ simulations: { nodes: [{ id }] } });
    expect(await read(node, { id })).toEqual({
      node: { __typename: "Simulation", id, designId: expect.any(String) },
    });
  });

  it("is null where there is none, it is another's, or the id cannot be one", async () => {
    const { id } = await created(database.store, { projectId: nextProject(), userId: "somebody" });
    for (const other of [none, "web-shop", "", "x".repeat(1_000)]) {
      expect(await read(node, { id: other })).toEqual({ node: null });
    }
    viewer = { userId: "else", roles: new Map(), admin: false };
    const seen = await read(node, { id });
    viewer = developmentViewer;
    expect(seen).toEqual({ node: null });
  });

  it("comes by many ids at once: in their order, with null in the place of each that is missing", async () => {
    const project = nextProject();
    const [one, two] = [
      await created(database.store, { projectId: project }),
      await created(database.store, { projectId: project }),
    ];
    const ids = [two.id, none, one.id, two.id, "web-shop"];
    const answer = await read(nodes, { ids });
    expect(answer.nodes).toEqual(
      [two.id, null, one.id, two.id, null].map((id) => id && { __typename: "Simulation", id }),
    );
    expect(await read(nodes, { ids: [] })).toEqual({ nodes: [] });
  });

  it("comes by as many ids as a page holds, and no more", async () => {
    const ids = Array.from({ length: 201 }, () => none);
    const { errors } = await operation(api.url, nodes, { ids });
    expect(errors).toMatchObject([{ extensions: { code: "BAD_INPUT", path: "ids" } }]);
    expect((await read(nodes, { ids: ids.slice(1) })).nodes).toHaveLength(200);
  });

  it("counts each id against the items that an operation may ask for", async () => {
    const query =
      "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Simulation { events { nodes { seq } } } } }";
    const { errors } = await operation(api.url, query, { ids: Array.from({ length: 200 }, () => none) });
    expect(errors).toMatchObject([{ extensions: { code: "LIMIT_EXCEEDED", limit: "items" } }]);
    expect(await read(query, { ids: [none] })).toEqual({ nodes: [null] });
  });
});

describe("a connection type", () => {
  const connections = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => name.endsWith("Connection"));

  it("has edges and pageInfo: PageInfo!; an edge has node and a cursor that serialises as a string", () => {
    expect(connections.map(({ name }) => name).sort()).toEqual([
      "AuditConnection",
      "DesignConnection",
      "SimulationConnection",
      "SimulationEventConnection",
    ]);
    for (const connection of connections) {
      const { edges, pageInfo } = connection.getFields();
      expect(String(pageInfo?.type)).toBe("PageInfo!");
      const edge = edges && getNamedType(edges.type);
      const { node, cursor } = isObjectType(edge) ? edge.getFields() : {};
      expect(node && !isScalarType(getNamedType(node.type))).toBe(true);
      expect(String(cursor?.type)).toBe("String!");
    }
  });

  it("has PageInfo with two booleans that are never null, and two cursors that may be", () => {
    const type = schema.getType("PageInfo");
    const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
    expect(fields.map((field) => `${field.name}: ${field.type}`).sort()).toEqual([
      "endCursor: String",
      "hasNextPage: Boolean!",
      "hasPreviousPage: Boolean!",
      "startCursor: String",
    ]);
  });

  it("has forward and backward arguments of their types, none of them required", () => {
    const { simulations } = schema.getQueryType()?.getFields() ?? {};
    const types = Object.fromEntries(simulations?.args.map((arg) => [arg.name, String(arg.type)]) ?? []);
    expect(types).toMatchObject({ first: "Int", after: "String", last: "Int", before: "String" });
    expect(simulations?.args.some((arg) => isNonNullType(arg.type))).toBe(false);
  });
});

describe("a page", () => {
  const query = `query ($project: ID, $first: Int, $after: String, $last: Int, $before: String) {
    simulations(filter: { projectId: $project }, first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

  interface Page {
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string | null;
      readonly endCursor: string | null;
    };
  }

  let project: string;
  /** Newest first, as the list is. */
  const ids: string[] = [];
  beforeAll(async () => {
    project = nextProject();
    for (let n = 0; n < 6; n += 1) ids.unshift((await created(database.store, { projectId: project })).id);
  });

  async function page(variables: object): Promise<Page> {
    const { simulations } = await read(query, { project, ...variables });
    return simulations as Page;
  }

  const at = ({ edges }: Page) => edges.map(({ node }) => ids.indexOf(node.id));

  it("begins and ends with the cursors that its first and its last edge have", async () => {
    const { edges, pageInfo } = await page({ first: 3 });
    expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]?.cursor, edges.at(-1)?.cursor]);
  });

  it("is in the same order backwards as forwards: the last before a cursor, not the first reversed", async () => {
    const all = await page({});
    const before = all.edges[4]?.cursor;
    expect(at(await page({ last: 2, before }))).toEqual([2, 3]);
    expect(at(await page({ last: 2 }))).toEqual([4, 5]);
  });

  it("lies strictly between its two cursors", async () => {
    const all = await page({});
    const bounds = { after: all.edges[0]?.cursor, before: all.edges[4]?.cursor };
    expect(at(await page(bounds))).toEqual([1, 2, 3]);
    expect(at(await page({ ...bounds, first: 2 }))).toEqual([1, 2]);
    expect(at(await page({ ...bounds, last: 2 }))).toEqual([2, 3]);
  });

  it.each([1, 2, 4, 6, 7])(
    "after page forwards, by %i, shows each once, and says when there is no more",
    async (first) => {
      const seen: number[] = [];
      let after: string | null = null;
      for (let more = true; more; ) {
        const { edges, pageInfo }: Page = await page({ first, after });
        seen.push(...edges.map(({ node }) => ids.indexOf(node.id)));
        expect(pageInfo.hasNextPage).toBe(seen.length < ids.length);
        after = pageInfo.endCursor;
        more = pageInfo.hasNextPage;
      }
      expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    },
  );

  it.each([1, 2, 4, 6, 7])(
    "after page backwards, by %i, shows each once, and says when there is no more",
    async (last) => {
      const seen: number[] = [];
      let before: string | null = null;
      for (let more = true; more; ) {
        const { edges, pageInfo }: Page = await page({ last, before });
        seen.unshift(...edges.map(({ node }) => ids.indexOf(node.id)));
        expect(pageInfo.hasPreviousPage).toBe(seen.length < ids.length);
        before = pageInfo.startCursor;
        more = pageInfo.hasPreviousPage;
      }
      expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    },
  );

  it("of no items is one: without edges and cursors, but it says whether there are any", async () => {
    expect(await page({ first: 0 })).toEqual({
      edges: [],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
    expect((await page({ last: 0 })).pageInfo).toMatchObject({ hasPreviousPage: true });
  });

  it.each([
    ["a negative first", { first: -1 }, "first"],
    ["a negative last", { last: -1 }, "last"],
    ["first and last at once, which the specification discourages", { first: 1, last: 1 }, "last"],
    ["a cursor that never was one", { after: "a b" }, "after"],
    ["a cursor that never was one", { before: "a b" }, "before"],
  ])("asked for with %s is an error", async (_, variables, path) => {
    const { errors } = await operation(api.url, query, { project, ...variables });
    expect(errors).toMatchObject([{ extensions: { code: "BAD_INPUT", path } }]);
  });

  it("with null in place of every argument is the first page", async () => {
    expect(at(await page({ first: null, after: null, last: null, before: null }))).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });

  it("has the cursor of an item by whichever page it came, and it holds while newer items come", async () => {
    const cursor = (await page({ first: 2 })).pageInfo.endCursor;
    expect((await page({ last: 5 })).edges[0]?.cursor).toBe(cursor);
    const rest = at(await page({ after: cursor }));
    ids.unshift((await created(database.store, { projectId: project })).id);
    expect(at(await page({ after: cursor }))).toEqual(rest.map((index) => index + 1));
  });
});

describe("the other connections", () => {
  it("take an empty page and refuse a negative one", async () => {
    const { id } = await created(database.store, { projectId: nextProject() });
    const query = `query ($id: ID!, $n: Int) { designs(first: $n) { edges { cursor } pageInfo { hasNextPage endCursor } }
      simulation(id: $id) { events(first: $n) { edges { cursor } pageInfo { hasNextPage endCursor } } } }`;
    const empty = { edges: [], pageInfo: { hasNextPage: true, endCursor: null } };
    expect(await read(query, { id, n: 0 })).toEqual({ designs: empty, simulation: { events: empty } });
    const { errors = [] } = await operation(api.url, query, { id, n: -1 });
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error.extensions).toMatchObject({ code: "BAD_INPUT", path: "first" });
  });
});
