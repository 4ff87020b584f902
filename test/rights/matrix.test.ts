// Every field of the API, asked by everybody, of a simulation that they see, one that they do not, and none, over each
// transport. Made from the schema: what has no rule fails.
import { isObjectType } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schema } from "../../src/graphql/schema.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { type ServiceProcess, startService, withDataFolder } from "../support/service-process.ts";
import { type Answer, Asking, type Transport, transports } from "./ask.ts";
import {
  audience,
  commands,
  issuer,
  makeTokens,
  type Person,
  people,
  project,
  sees,
  type Tokens,
} from "./people.ts";
import { parts, type RootRule, rootRules, simulationRules } from "./rules.ts";
import { selectionOf } from "./selection.ts";

let tokens: Tokens;
let service: ServiceProcess;
let asking: Asking;
let release = () => {};
/** Bob's, in the project. */
let simulationId: string;
/** Nobody's. */
const missing = "01980000-0000-7000-8000-000000000000";

beforeAll(async () => {
  tokens = await makeTokens();
  service = await new Promise<ServiceProcess>((resolve, reject) => {
    void withDataFolder(async (dataDir) => {
      const env = {
        AUTH_ISSUER: issuer,
        AUTH_AUDIENCE: audience,
        AUTH_PUBLIC_KEY: tokens.publicKey,
        AUTH_ALGORITHMS: "ES256",
        // Only the one that is asked for leaves the queue.
        MAX_SIMULATIONS: "1",
        LIMIT_POINTS_PER_USER: "10000000",
        LOG_LEVEL: "warn",
      };
      await startService({ dataDir, env }).then(resolve, reject);
      await new Promise<void>((done) => {
        release = done;
      });
    });
  });
  asking = new Asking(service.url);
  simulationId = await start("in the only place");
  const text = "query ($id: ID!) { simulation(id: $id) { status } }";
  const status = async () =>
    property(
      (await asking.ask("HTTP", tokens.of.admin, text, { id: simulationId })).data?.simulation,
      "status",
    );
  while ((await status()) !== "RUNNING");
  const announced = await asking.ask(
    "HTTP",
    tokens.of.admin,
    'mutation { announce(message: "Welcome.", lasting: 3600) { __typename } }',
  );
  expect(resultOf(announced)).toEqual({ __typename: "Announcement" });
});

afterAll(async () => {
  await asking.close();
  service.kill("SIGTERM");
  await service.exited;
  release();
});

/** A simulation of Bob's, by a token of the time when he was an operator. */
async function start(note: string): Promise<string> {
  const token = await tokens.make("bob", { projects: { [project]: "operator" } });
  const input = { designId: "online-boutique", projectId: project, speed: 0.001, labels: { note } };
  const answer = await asking.ask("HTTP", token, startText, { input });
  const id = property(property(answer.data, "startSimulation"), "id");
  if (typeof id !== "string") throw new Error(`It did not start: ${JSON.stringify(answer)}`);
  return id;
}

const startText = `mutation ($input: StartSimulationInput!) {
  startSimulation(input: $input) { __typename ... on Simulation { id } ... on Error { code message } }
}`;

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** The same answer, whichever simulation was asked for. */
function nameless(answer: Answer, id: string): unknown {
  return JSON.parse(JSON.stringify(answer).replaceAll(id, "<id>"));
}

const everyone = people.flatMap((person) => transports.map((transport) => ({ person, transport })));

describe("every field has a rule", () => {
  it("of the roots", () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.flatMap((root) =>
      Object.keys(root?.getFields() ?? {}).map((it) => `${root?.name}.${it}`),
    );
    expect(Object.keys(rootRules).sort()).toEqual(fields.sort());
  });

  it("of a simulation", () => {
    const type = schema.getType("Simulation");
    expect(Object.keys(simulationRules).sort()).toEqual(
      isObjectType(type) ? Object.keys(type.getFields()).sort() : [],
    );
  });

  it("by being a part of something that has one", () => {
    const roots = new Set(["Query", "Mutation", "Subscription", "Simulation"]);
    const types = Object.values(schema.getTypeMap()).filter(
      (it) => isObjectType(it) && !it.name.startsWith("__"),
    );
    expect(
      types
        .map(({ name }) => name)
        .filter((name) => !roots.has(name))
        .sort(),
    ).toEqual([...parts].sort());
  });
});

describe.each(everyone)("a $person over $transport", ({ person, transport }) => {
  const ask = (text: string, variables: object = {}) =>
    asking.ask(transport, tokens.of[person], text, variables);

  for (const [field, rule] of Object.entries(simulationRules)) {
    it(`gets ${field} of a simulation, where they see it`, async () => {
      const text = `query ($id: ID!) { simulation(id: $id) { ${fieldText(field)} } }`;
      const answer = await ask(text, { id: simulationId });
      expect(answer.errors).toBeUndefined();
      if (sees.has(person)) {
        const value = property(answer.data?.simulation, field);
        expect(value).toBeDefined();
        if (rule === "operates") expect(value === null).toBe(!commands.has(person));
      } else {
        expect(answer).toEqual({ data: { simulation: null } });
        expect(nameless(answer, simulationId)).toEqual(nameless(await ask(text, { id: missing }), missing));
      }
    });
  }

  it("is told what they may do with it", async () => {
    const answer = await ask("query ($id: ID!) { simulation(id: $id) { viewerRole } }", { id: simulationId });
    const role = {
      viewer: "VIEWER",
      operator: "OPERATOR",
      bob: "OPERATOR",
      projectAdmin: "ADMIN",
      admin: "ADMIN",
    };
    expect(property(answer.data?.simulation, "viewerRole")).toBe(property(role, person));
  });

  for (const [coordinate, rule] of Object.entries(rootRules)) {
    if (coordinate.startsWith("Subscription") && transport === "HTTP") continue;
    it(`meets the rule of ${coordinate}: ${rule}`, () => checks[rule](coordinate, person, transport));
  }
});

describe("over nothing that says who asks", () => {
  it.each(["HTTP", "SSE"] as const)("nobody gets anything by %s", async (transport) => {
    const answer = await asking.ask(transport, "nothing", "{ __typename }").catch((error: Error) => error);
    expect(JSON.stringify(answer instanceof Error ? answer.message : answer)).toContain("UNAUTHENTICATED");
  });
});

type Check = (coordinate: string, person: Person, transport: Transport) => Promise<void>;

/** Each asks as somebody, and holds the answer against what the rule says of them. */
const checks: Readonly<Record<RootRule, Check>> = {
  async anyone(coordinate, person, transport) {
    const answer = await asked(coordinate, person, transport, simulationId);
    expect(answer.errors).toBeUndefined();
    expect(JSON.stringify(answer)).not.toContain("FORBIDDEN");
  },

  async sees(coordinate, person, transport) {
    const seen = await asked(coordinate, person, transport, simulationId);
    if (sees.has(person)) {
      expect(seen.errors).toBeUndefined();
      expect(JSON.stringify(seen.data)).toContain(simulationId);
      return;
    }
    const none = await asked(coordinate, person, transport, missing);
    expect(nameless(seen, simulationId)).toEqual(nameless(none, missing));
    expect(JSON.stringify(seen)).toMatch(/SIMULATION_NOT_FOUND|null/);
  },

  async commands(coordinate, person, transport) {
    const none = await asked(coordinate, person, transport, missing);
    expect(JSON.stringify(none)).toContain("SIMULATION_NOT_FOUND");
    const isStop = coordinate === "Mutation.stopSimulation";
    const id = isStop && commands.has(person) ? await start("to be stopped") : simulationId;
    const answer = await asked(coordinate, person, transport, id);
    if (commands.has(person)) expect(resultOf(answer)).toMatchObject({ __typename: "Simulation", id });
    else if (sees.has(person)) expect(resultOf(answer)).toMatchObject({ code: "FORBIDDEN" });
    else expect(nameless(answer, id)).toEqual(nameless(none, missing));
  },

  async starts(_coordinate, person, transport) {
    const startIn = (projectId: string) =>
      asking.ask(transport, tokens.of[person], startText, {
        input: { designId: "online-boutique", projectId, idempotencyKey: "the same for all" },
      });
    const result = resultOf(await startIn(project));
    const mayStart = person === "operator" || person === "projectAdmin" || person === "admin";
    if (mayStart) {
      expect(result).toMatchObject({ __typename: "Simulation" });
      const again = resultOf(await startIn(project));
      expect(again).toEqual(result);
      startedBy.set(property(result, "id"), person);
    } else if (person === "viewer") expect(result).toMatchObject({ code: "FORBIDDEN" });
    // A project that is another's is one that there is not.
    else expect(result).toEqual(resultOf(await startIn("no such project")));
  },

  async lists(coordinate, person, transport) {
    if (coordinate === "Subscription.simulationUpdates") return listed(person, transport);
    const answer = await asked(coordinate, person, transport, simulationId);
    expect(answer.errors).toBeUndefined();
    if (sees.has(person)) expect(JSON.stringify(answer)).toContain(simulationId);
    else expect(answer).toMatchObject({ data: { simulations: { edges: [] } } });
  },

  async bulk(_coordinate, person, transport) {
    const own = await start(`for ${person} over ${transport}`);
    const text = `mutation ($filter: SimulationFilter!) { stopSimulations(filter: $filter) {
      __typename ... on StopSimulationsPayload { matched stopped { id } } } }`;
    const filter = { ids: [own, missing] };
    const answer = resultOf(await asking.ask(transport, tokens.of[person], text, { filter }));
    const stopped = commands.has(person) ? [{ id: own }] : [];
    expect(answer).toEqual({ __typename: "StopSimulationsPayload", matched: stopped.length, stopped });
    // What has ended is not stopped again.
    const ended = await asking.ask(transport, tokens.of[person], text, {
      filter: { ids: [own], statuses: ["STOPPED"] },
    });
    expect(resultOf(ended)).toMatchObject({ matched: 0, stopped: [] });
    const trail = await asking.ask(
      "HTTP",
      tokens.of.projectAdmin,
      "query ($filter: AuditFilter) { audit(filter: $filter) { nodes { userId projectId result } } }",
      { filter: { simulationId: own, action: "stopSimulations" } },
    );
    const nodes = stopped.map(() => ({ userId: person, projectId: project, result: "DONE" }));
    expect(trail).toEqual({ data: { audit: { nodes } } });
  },

  async trail(_coordinate, person, transport) {
    const text =
      "query ($filter: AuditFilter) { audit(first: 200, filter: $filter) { nodes { userId action projectId } } }";
    const nodes = async (filter: object) => {
      const answer = await asking.ask(transport, tokens.of[person], text, { filter });
      const found = property(answer.data?.audit, "nodes");
      return Array.isArray(found) ? found : [];
    };
    const ofProject = await nodes({ projectId: project, userId: "bob", action: "startSimulation" });
    const mayRead = person === "projectAdmin" || person === "admin" || person === "bob";
    expect(ofProject.length > 0).toBe(mayRead);
    // Whoever has nothing to do with the project writes nothing into its trail.
    expect(person === "projectAdmin" ? await nodes({ projectId: project, userId: "stranger" }) : []).toEqual(
      [],
    );
    const own = await nodes({});
    if (person !== "admin" && person !== "projectAdmin") {
      expect(own.every(({ userId }) => userId === person)).toBe(true);
    }
  },

  async admin(coordinate, person, transport) {
    const result = resultOf(await asked(coordinate, person, transport, simulationId));
    if (person === "admin") expect(result).not.toHaveProperty("code");
    else expect(result).toMatchObject({ code: "FORBIDDEN" });
  },
};

/**
 * The live list begins with RESET and what there is. That nothing follows for somebody is known when others have been
 * told of a change, and then a question on the same socket has been answered.
 */
async function listed(person: Person, transport: Transport): Promise<void> {
  const text =
    "subscription ($filter: SimulationFilter) { simulationUpdates(filter: $filter) { kind simulation { id } } }";
  const variables = { filter: { ids: [simulationId] } };
  if (transport === "SSE") {
    const { data } = await asking.ask(transport, tokens.of[person], text, variables);
    expect(data).toEqual({ simulationUpdates: { kind: "RESET", simulation: null } });
    return;
  }
  const connect = (token: string) =>
    GraphQLWsClient.connect({ url: service.url }, { authorization: `Bearer ${token}` });
  const client = await connect(tokens.of[person]);
  client.subscribe("list", text, variables);
  await client.results("list", sees.has(person) ? 2 : 1);
  if (!sees.has(person)) {
    const other = await connect(tokens.of.admin);
    other.subscribe("list", text, variables);
    await other.results("list", 2);
    other.subscribe(
      "change",
      "mutation ($id: ID!) { setSimulationSpeed(id: $id, speed: 3) { __typename } }",
      { id: simulationId },
    );
    other.subscribe("back", "mutation ($id: ID!) { setSimulationSpeed(id: $id, speed: 2) { __typename } }", {
      id: simulationId,
    });
    await other.results("list", 3);
    client.subscribe("asked", "{ __typename }");
    await client.results("asked", 1);
    await other.close();
  }
  const seen = JSON.stringify(client.frames.filter(({ id }) => id === "list"));
  await client.close();
  expect(seen.includes(simulationId)).toBe(sees.has(person));
}

/** Starts under one key are each person's own. */
const startedBy = {
  people: new Map<unknown, Person>(),
  set(id: unknown, person: Person) {
    expect(this.people.get(id) ?? person).toBe(person);
    this.people.set(id, person);
  },
};

function resultOf(answer: Answer): unknown {
  expect(answer.errors).toBeUndefined();
  return Object.values(answer.data ?? {})[0];
}

/** A root field with every argument that it needs, about this simulation. */
function asked(coordinate: string, person: Person, transport: Transport, id: string): Promise<Answer> {
  const [root = "", name = ""] = coordinate.split(".");
  const field = {
    Query: schema.getQueryType(),
    Mutation: schema.getMutationType(),
    Subscription: schema.getSubscriptionType(),
  }[root]?.getFields()[name];
  if (field === undefined) throw new Error(`There is no ${coordinate}.`);
  const given = field.args.filter((it) => Object.hasOwn(values(id, person), it.name));
  const missingValue = field.args.find((it) => String(it.type).endsWith("!") && !given.includes(it));
  if (missingValue !== undefined) throw new Error(`What to give ${coordinate} as ${missingValue.name}?`);
  const declared = given.map((it) => `$${it.name}: ${it.type}`).join(", ");
  const passed = given.map((it) => `${it.name}: $${it.name}`).join(", ");
  const head = given.length === 0 ? "" : `(${declared})`;
  const call = given.length === 0 ? name : `${name}(${passed})`;
  const text = `${root.toLowerCase()} ${head} { ${call} ${selectionOf(field.type, 2)} }`;
  return asking.ask(transport, tokens.of[person], text, values(id, person));
}

/** By the argument's name. */
function values(id: string, person: Person): Readonly<Record<string, unknown>> {
  return {
    id,
    ids: [id],
    simulationId: id,
    speed: 2,
    message: `For nobody in particular, by ${person}.`,
    userId: "nobody",
    token: tokens.of[person],
    first: 5,
    filter: { ids: [id] },
  };
}

function fieldText(name: string): string {
  const type = schema.getType("Simulation");
  const field = isObjectType(type) ? type.getFields()[name] : undefined;
  if (field === undefined) throw new Error(`A simulation has no ${name}.`);
  const page = field.args.some((it) => it.name === "first") ? "(first: 5)" : "";
  return `${name} ${page} ${selectionOf(field.type, 2)}`;
}
