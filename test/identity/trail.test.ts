// Announcements, and the audit trail of everything that is asked, on two replicas.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import type { ServiceProcess } from "../support/service-process.ts";
import {
  announce,
  ask,
  connect,
  once,
  patience,
  type Rig,
  renew,
  revoke,
  running,
  startRig,
  tokenFor,
} from "./rig.ts";

let rig: Rig;
let root: string;

beforeAll(async () => {
  rig = await startRig();
  root = await tokenFor(rig, "root", 3_000, { roles: "admin" });
});
afterAll(() => rig.close());

const listen = "subscription { announcements { id message userId } }";

async function listener(service: ServiceProcess, userId: string): Promise<GraphQLWsClient> {
  const client = await connect(service, await tokenFor(rig, userId));
  client.subscribe("told", listen);
  return client;
}

const told = (client: GraphQLWsClient): string[] =>
  client.frames
    .filter(({ type, id }) => type === "next" && id === "told")
    .map(
      ({ payload }) =>
        (payload as { data: { announcements: { message: string } } }).data.announcements.message,
    );

describe("announcements", () => {
  it("reach everybody, or one user, on every replica, each once, and whoever comes while they stand", async () => {
    const clients = await Promise.all([
      listener(rig.first, "ann"),
      listener(rig.second, "ann"),
      listener(rig.first, "bob"),
      listener(rig.second, "bob"),
    ]);
    await ask(rig.first, root, announce, { message: "For Bob.", userId: "bob" });
    await ask(rig.second, root, announce, { message: "For <b>all</b>.\nTwo lines." });
    const all = "For <b>all</b>.\nTwo lines.";
    const expected = [[all], [all], ["For Bob.", all], ["For Bob.", all]];
    for (const [n, client] of clients.entries())
      await client.frame(() => told(client).length >= (expected[n]?.length ?? 0));
    const late = await listener(rig.second, "bob");
    await late.frame(() => told(late).length >= 2);
    const last = await ask(rig.first, root, announce, { message: "The last." });
    expect(last).toMatchObject({ announce: { __typename: "Announcement", userId: null } });
    for (const client of [...clients, late]) await client.frame(() => told(client).includes("The last."));
    for (const [n, client] of clients.entries())
      expect(told(client)).toEqual([...(expected[n] ?? []), "The last."]);
    expect(told(late)).toEqual(["For Bob.", all, "The last."]);
    await Promise.all([...clients, late].map((client) => client.close()));
  });

  it("are made by admins, of plain text, for a while that is told", async () => {
    const ann = await tokenFor(rig, "ann", 600, { projects: ["shop:admin"] });
    expect(await ask(rig.first, ann, announce, { message: "I am root." })).toMatchObject({
      announce: { __typename: "ForbiddenError", code: "FORBIDDEN" },
    });
    const wrong = [
      { message: "  " },
      { message: "x".repeat(2_001) },
      { message: "a\0b" },
      { message: "\u001b[2J" },
      { message: "ok", userId: "" },
      { message: "ok", lasting: 1 },
      { message: "ok", lasting: 1e9 },
    ];
    for (const variables of wrong) {
      const answer = await ask(rig.first, root, announce, variables);
      expect(answer, JSON.stringify(variables)).toMatchObject({ announce: { code: "BAD_INPUT" } });
    }
  });
});

interface Row {
  readonly userId: string;
  readonly action: string;
  readonly subject: string | null;
  readonly projectId: string | null;
  readonly transport: string;
  readonly address: string;
  readonly result: string;
}

async function rows(token: string, filter: object = {}): Promise<Row[]> {
  const query = `query ($filter: AuditFilter) { audit(first: 100, filter: $filter) {
    edges { node { userId action subject projectId transport address result } } } }`;
  const { audit } = (await ask(rig.first, token, query, { filter })) as { audit: { edges: { node: Row }[] } };
  return audit.edges.map(({ node }) => node);
}

describe("the audit trail", () => {
  const pauseIt = `mutation ($id: ID!) { pauseSimulation(id: $id) { __typename ... on Error { code } } }`;

  it("says who asked for what, from where, and what came of it, to whom it concerns", async () => {
    const operator = await tokenFor(rig, "olga");
    const id = await running(rig.first, operator);
    const viewer = await tokenFor(rig, "vera", 600, { projects: ["shop:viewer"] });
    const stranger = await tokenFor(rig, "sam", 600, { projects: [] });
    const forwarded = { "x-forwarded-for": "203.0.113.7, 198.51.100.9", "x-request-id": "trail-1" };
    await ask(rig.first, operator, pauseIt, { id }, forwarded);
    await ask(rig.second, viewer, pauseIt, { id }, forwarded);
    await ask(rig.second, stranger, pauseIt, { id });
    const socket = await connect(rig.second, operator);
    const stopIt = `mutation ($id: ID!) { stopSimulation(id: $id) { __typename ... on Error { code } } }`;
    await once(socket, "stop", stopIt, { id });
    await socket.close();
    const about = await rows(root, { simulationId: id });
    expect(
      about.map(({ userId, action, transport, address, result }) => [
        userId,
        action,
        transport,
        address,
        result,
      ]),
    ).toEqual([
      ["olga", "stopSimulation", "websocket", "127.0.0.1", "DONE"],
      ["sam", "pauseSimulation", "http", "127.0.0.1", "SIMULATION_NOT_FOUND"],
      ["vera", "pauseSimulation", "http", "127.0.0.1", "FORBIDDEN"],
      ["olga", "pauseSimulation", "http", "198.51.100.9", "DONE"],
      ["olga", "startSimulation", "http", "127.0.0.1", "DONE"],
    ]);
    // What a stranger tried concerns no project that they could name by it.
    expect(about.map(({ projectId }) => projectId)).toEqual(["shop", null, "shop", "shop", "shop"]);
    const admin = await tokenFor(rig, "ada", 600, { projects: ["shop:admin"] });
    expect((await rows(admin, { simulationId: id })).map(({ userId }) => userId)).toEqual([
      "olga",
      "vera",
      "olga",
      "olga",
    ]);
    expect((await rows(viewer)).map(({ userId, result }) => [userId, result])).toEqual([
      ["vera", "FORBIDDEN"],
    ]);
    expect((await rows(stranger)).map(({ subject }) => subject)).toEqual([id]);
    expect(await rows(await tokenFor(rig, "new"), { simulationId: id })).toEqual([]);
    const lines = rig.first
      .log()
      .split("\n")
      .filter((line) => line.includes('"correlationId":"trail-1"'));
    expect(lines.map((line) => JSON.parse(line)).filter(({ audit }) => audit !== undefined)).toMatchObject([
      {
        level: 30,
        audit: {
          userId: "olga",
          action: "pauseSimulation",
          subject: id,
          address: "198.51.100.9",
          result: "DONE",
        },
      },
    ]);
  });

  it("tells what was refused to whom, and holds neither tokens nor messages", async () => {
    const eve = await tokenFor(rig, "eve");
    const another = await tokenFor(rig, "eve", 500);
    const message = "A message that nobody else may read.";
    await ask(rig.first, eve, revoke, { userId: "root" });
    await ask(rig.first, eve, announce, { message, userId: "bob" });
    await ask(rig.first, eve, renew, { token: another });
    await ask(rig.first, root, announce, { message, userId: "eve" });
    await ask(rig.first, root, revoke, { userId: "eve" });
    const theirs = await rows(root, { userId: "eve" });
    expect(theirs.map(({ action, subject, result }) => [action, subject, result])).toEqual([
      ["renewSession", null, "BAD_INPUT"],
      ["announce", "bob", "FORBIDDEN"],
      ["revokeSessions", "root", "FORBIDDEN"],
    ]);
    const [revoked, announced] = await rows(root, { userId: "root" });
    expect([revoked, announced]).toMatchObject([
      { action: "revokeSessions", subject: "eve", result: "DONE" },
      { action: "announce", subject: "eve", result: "DONE" },
    ]);
    const written = JSON.stringify(await rig.database.sql("select * from audit"));
    for (const text of [written, rig.first.log(), rig.second.log()]) {
      for (const secret of [eve, another, root, message]) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(secret.slice(-40));
      }
    }
  });

  it("is written whatever a client makes up, and takes no more than its room", async () => {
    const mallory = await tokenFor(rig, "mallory");
    const long = "x".repeat(50_000);
    const start = `mutation ($p: ID!) { startSimulation(input: { designId: "mm1", projectId: $p }) { __typename } }`;
    await Promise.all([
      ask(rig.first, mallory, pauseIt, { id: "a\0b" }),
      ask(rig.first, mallory, pauseIt, { id: "\u001b[2J\n{}" }),
      ask(rig.first, mallory, pauseIt, { id: long }),
      ask(rig.first, mallory, start, { p: long }),
      ask(rig.first, mallory, pauseIt, { id: "' ; drop table audit; --" }),
    ]);
    await expect.poll(async () => (await rows(root, { userId: "mallory" })).length, patience).toBe(5);
    for (const { subject, projectId } of await rows(root, { userId: "mallory" })) {
      expect((subject ?? "").length).toBeLessThanOrEqual(300);
      expect((projectId ?? "").length).toBeLessThanOrEqual(300);
      expect(subject).not.toMatch(/\p{Cc}/u);
    }
  });
});
