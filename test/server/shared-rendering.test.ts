import { parse } from "graphql";
import { describe, expect, it } from "vitest";
import type { Role, Viewer } from "../../src/core/viewer.ts";
import { schema } from "../../src/graphql/schema.ts";
import { Renderings } from "../../src/server/renderings.ts";
import { sharedWay } from "../../src/server/shared-subscription.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { identityBy } from "../support/identities.ts";
import { changedTo, sampled, simulationOf } from "../support/simulations.ts";
import { startApi } from "./api.ts";

const key = (text: string, variables = {}) => sharedWay(schema, parse(text), null, variables)?.key;

describe("subscriptions see the same", () => {
  const plain = `subscription { simulationEvents(simulationId: "1") { seq at } }`;

  it("whatever their root arguments are, and however they are written", () => {
    expect(key(plain)).toBeDefined();
    expect(key(`subscription Named {  simulationEvents(simulationId: "2", after: 7) { seq, at } }`)).toBe(
      key(plain),
    );
    const variable =
      "subscription ($id: ID!, $n: Int) { simulationEvents(simulationId: $id, after: $n) { seq at } }";
    expect(key(variable, { id: "1", n: 1 })).toBe(key(plain));
    expect(key(variable, { id: "2", n: 2 })).toBe(key(plain));
  });

  it("unless they select something else", () => {
    for (const selection of ["{ seq }", "{ at seq }", "{ seq at: simulatedTime }", "{ seq at __typename }"]) {
      expect(key(`subscription { simulationEvents(simulationId: "1") ${selection} }`)).not.toBe(key(plain));
    }
    expect(key(`subscription { a: simulationEvents(simulationId: "1") { seq at } }`)).not.toBe(key(plain));
  });

  it("unless a variable below the root differs", () => {
    const text = `subscription ($more: Boolean!) { simulationEvents(simulationId: "1") { seq at @include(if: $more) } }`;
    expect(key(text, { more: true })).toBe(key(text, { more: true }));
    expect(key(text, { more: true })).not.toBe(key(text, { more: false }));
  });

  it("unless a variable that was left out means something else", () => {
    const text = (otherwise: boolean) =>
      `subscription ($more: Boolean = ${otherwise}) { simulationEvents(simulationId: "1") { seq at @include(if: $more) } }`;
    expect(key(text(true))).not.toBe(key(text(false)));
    expect(key(text(true))).toBe(key(text(false), { more: true }));
    expect(key(text(true), { more: null })).toBeUndefined();
  });

  it("but never where a field looks beyond the item, nor where items are not shared", () => {
    const fragment =
      "fragment F on SimulationEvent { simulation { ...G } } fragment G on Simulation { queue { position } }";
    expect(key(`subscription { simulationEvents(simulationId: "1") { ...F } } ${fragment}`)).toBeUndefined();
    expect(
      key(`subscription { simulationEvents(simulationId: "1") { simulation { design { id } } } }`),
    ).toBeUndefined();
    expect(key("subscription { simulationUpdates { kind } }")).toBeUndefined();
    expect(key("{ __typename }")).toBeUndefined();
  });
});

describe("an event", () => {
  it("is rendered once for all who select the same, and each gets all of it", async () => {
    const api = await startApi();
    api.store.add(simulationOf("1"));
    const clients = await Promise.all(Array.from({ length: 10 }, () => GraphQLWsClient.connect(api)));
    for (const [n, client] of clients.entries()) {
      const query = `subscription { simulationEvents(simulationId: "1", after: 0, types: [METRICS_SAMPLED, STATUS_CHANGED]) {
        __typename seq ... on MetricsSampled { progress } ... on StatusChanged { status } } } # ${n}`;
      client.subscribe(`operation "${n}" é`, query);
    }
    await Promise.all(clients.map((client) => client.frame(({ type }) => type === "next")));
    let rendered = 0;
    const sample = sampled();
    Object.defineProperty(sample, "progress", {
      enumerable: true,
      get: () => {
        rendered += 1;
        return 0.75;
      },
    });
    api.say("1", [sample]);
    api.say("1", [changedTo("COMPLETED")], { status: "COMPLETED" });
    await Promise.all(clients.map((client) => client.frame(({ type }) => type === "complete")));
    for (const [n, client] of clients.entries()) {
      const seen = client.frames
        .filter(({ type, id }) => type === "next" && id === `operation "${n}" é`)
        .map(
          ({ payload }) =>
            (payload as { data: { simulationEvents: { __typename: string } } }).data.simulationEvents,
        )
        .filter(({ __typename: type }) => type !== "StreamStateChanged");
      expect(seen).toEqual([
        { __typename: "MetricsSampled", seq: 1, progress: 0.75 },
        { __typename: "StatusChanged", seq: 2, status: "COMPLETED" },
      ]);
    }
    expect(rendered).toBe(1);
    await api.close();
  });
});

describe("what depends on who looks", () => {
  it("is each viewer's own, though all select the same of one simulation at the same time", async () => {
    const held = (role?: Role, admin = false): Omit<Viewer, "userId"> => ({
      roles: new Map(role === undefined ? [] : [["shop", role]]),
      admin,
    });
    const viewers: Record<string, Omit<Viewer, "userId">> = {
      vera: held("viewer"),
      viktor: held("viewer"),
      olga: held("operator"),
      ann: held(),
      ada: held("admin"),
      root: held(undefined, true),
    };
    const api = await startApi({
      identity: identityBy((token = "") => {
        const viewer = viewers[token];
        return viewer === undefined ? null : { userId: token, ...viewer };
      }),
    });
    api.store.add(simulationOf("1", { projectId: "shop", userId: "ann" }));
    const query = `subscription { simulationEvents(simulationId: "1", after: 0) {
      seq ... on StatusChanged { status } simulation { id viewerRole owner { replica } } } }`;
    const clients = await Promise.all(
      Object.keys(viewers).map((name) => GraphQLWsClient.connect(api, { authorization: `Bearer ${name}` })),
    );
    for (const client of clients) client.subscribe("1", query);
    await Promise.all(clients.map((client) => client.results("1", 1)));
    api.say("1", [changedTo("PAUSED")]);
    api.say("1", [changedTo("COMPLETED")], { status: "COMPLETED" });
    await Promise.all(clients.map((client) => client.frame(({ type }) => type === "complete")));
    const seen = clients.map((client) => {
      const shown = client.frames.flatMap(({ type, payload }) => {
        if (type !== "next") return [];
        const { simulation } = (payload as { data: { simulationEvents: { simulation: Seen } } }).data
          .simulationEvents;
        return [`${simulation.viewerRole} ${simulation.owner?.replica ?? "-"}`];
      });
      expect(shown.length).toBeGreaterThanOrEqual(3);
      return [...new Set(shown)];
    });
    expect(seen).toEqual([
      ["VIEWER -"],
      ["VIEWER -"],
      ["OPERATOR r1"],
      ["OPERATOR r1"],
      ["ADMIN r1"],
      ["ADMIN r1"],
    ]);
    await api.close();
  });
});

describe("of simulations of different projects", () => {
  it("each viewer sees what they may, though all are equal in their own", async () => {
    const of = (...roles: [string, Role][]): Omit<Viewer, "userId"> => ({
      roles: new Map(roles),
      admin: false,
    });
    const viewers: Record<string, Omit<Viewer, "userId">> = {
      ann: of(),
      bob: of(),
      both: of(["shop", "viewer"], ["bank", "operator"]),
      mere: of(["bank", "viewer"]),
    };
    const api = await startApi({
      identity: identityBy((token = "") => {
        const viewer = viewers[token];
        return viewer === undefined ? null : { userId: token, ...viewer };
      }),
    });
    api.store.add(simulationOf("1", { projectId: "shop", userId: "ann" }));
    api.store.add(simulationOf("2", { projectId: "bank", userId: "bob" }));
    const watched = [
      ["ann", "1", "OPERATOR r1"],
      ["bob", "2", "OPERATOR r1"],
      ["both", "1", "VIEWER -"],
      ["mere", "2", "VIEWER -"],
    ] as const;
    for (const [name, id, expected] of watched) {
      const client = await GraphQLWsClient.connect(api, { authorization: `Bearer ${name}` });
      client.subscribe(
        name,
        `subscription { simulationEvents(simulationId: "${id}", after: 0) { seq simulation { viewerRole owner { replica } } } }`,
      );
      const { payload } = await client.frame(({ type }) => type === "next");
      const { simulation } = (payload as { data: { simulationEvents: { simulation: Seen } } }).data
        .simulationEvents;
      expect([name, `${simulation.viewerRole} ${simulation.owner?.replica ?? "-"}`]).toEqual([
        name,
        expected,
      ]);
    }
    await api.close();
  });
});

interface Seen {
  readonly viewerRole: string;
  readonly owner: { readonly replica: string } | null;
}

describe("what is seen of an event", () => {
  const simulation = simulationOf("1");
  const event = {
    simulationId: "1",
    seq: 1,
    at: new Date(0),
    simulatedTime: 0,
    engineSeq: 1,
    body: sampled(),
  };
  const item = { kind: "event", event, simulation };
  const seen = (selection: string) =>
    sharedWay(
      schema,
      parse(`subscription { simulationEvents(simulationId: "1") { ${selection} } }`),
      null,
      {},
    )?.seen(item);

  it("is the event alone, unless the simulation beside it is selected too", () => {
    expect(seen("seq simulationId ... on MetricsSampled { progress }")).toBe(event);
    expect(seen("seq simulation { progress }")).toBe(item);
    expect(seen("seq ... on MetricsSampled { simulation { progress } }")).toBe(item);
  });
});

describe("a group", () => {
  const shape = (error: unknown) => {
    throw error;
  };
  const args = { schema, document: parse(`subscription { simulationEvents(simulationId: "1") { seq } }`) };
  const shared = { key: "key", seen: (item: unknown) => item };
  const item = (seq: number) => ({ kind: "state", seq, simulation: simulationOf("1") });
  const context = {};

  it("lives from its first member to its last, and leaves nothing", () => {
    const renderings = new Renderings(shape, 100_000);
    const [one, other] = [renderings.join(shared, "VIEWER", args), renderings.join(shared, "VIEWER", args)];
    expect(one).toBe(other);
    expect(renderings.join(shared, "ADMIN", args)).not.toBe(one);
    one.rest(item(1), context);
    one.leave();
    expect([renderings.size, renderings.bytes > 0]).toEqual([2, true]);
    other.leave();
    expect([renderings.size, renderings.bytes]).toEqual([1, 0]);
  });

  it("keeps the newest texts within the bound, and makes the others anew", () => {
    const renderings = new Renderings(shape, 100_000);
    const group = renderings.join(shared, "VIEWER", args);
    const items = Array.from({ length: 50 }, (_, index) => item(index + 1));
    const frames = items.map((it) => group.rest(it, context));
    expect(renderings.bytes).toBeLessThanOrEqual(100_000);
    expect(items.map((it) => group.rest(it, context))).toEqual(frames);
    expect(new Set(frames).size).toBe(50);
  });

  it("keeps no text of what is said to one subscriber alone", () => {
    const renderings = new Renderings(shape, 100_000);
    const group = renderings.join({ ...shared, seen: () => undefined }, "VIEWER", args);
    expect(group.rest(item(1), context)).toContain('"seq":1');
    expect(renderings.bytes).toBe(0);
  });
});
