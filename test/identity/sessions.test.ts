// Sessions of users on two replicas, by real tokens: until when they last, how they are renewed and revoked.
import { connect as dial } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { EventStream, postJson, send } from "../support/http.ts";
import { nowS, signingKey, tokenBy } from "../support/issuer.ts";
import type { ServiceProcess } from "../support/service-process.ts";
import {
  ask,
  bearer,
  connect,
  dense,
  follow,
  once,
  outcomeOf,
  patience,
  type Rig,
  renew,
  revoke,
  running,
  seqsOf,
  startRig,
  tokenFor,
} from "./rig.ts";

let rig: Rig;
let root: string;
let simulationId: string;

beforeAll(async () => {
  rig = await startRig();
  root = await tokenFor(rig, "root", 3_000, { roles: "admin" });
  simulationId = await running(rig.first, await tokenFor(rig, "ann"));
});
afterAll(() => rig.close());

const status = async ({ url }: ServiceProcess, headers: Record<string, string>) =>
  (await postJson(url, { query: "{ session { userId } }" }, headers)).status;

/** Events of a stream until it ends. */
async function eventsOf(stream: EventStream): Promise<{ events: string[]; seqs: number[] }> {
  const events: string[] = [];
  const seqs: number[] = [];
  for await (const { event, data } of stream) {
    events.push(event);
    if (event !== "next") continue;
    const { __typename: type, seq } = JSON.parse(data).data.simulationEvents;
    if (type !== "StreamStateChanged") seqs.push(seq);
  }
  return { events, seqs };
}

describe("somebody without a good token", () => {
  it("is told to say who they are", async () => {
    const { headers, status: code, text: body } = await postJson(rig.first.url, { query: "{ __typename }" });
    expect(code).toBe(401);
    expect(headers["www-authenticate"]).toBe("Bearer");
    expect(JSON.parse(body).errors[0].extensions.code).toBe("UNAUTHENTICATED");
    expect(await outcomeOf(rig.first)).toBe(4403);
    const strange = await tokenBy(await signingKey("EdDSA"));
    for (const params of [
      {},
      { token: root },
      { authorization: root },
      bearer("x"),
      bearer(strange),
      { authorization: [root] },
    ])
      expect(await outcomeOf(rig.first, params)).toBe(4403);
    for (const headers of [
      bearer("x"),
      bearer(strange),
      { authorization: `Basic ${root}` },
      { cookie: root },
    ])
      expect(await status(rig.first, headers)).toBe(401);
  });

  it("is not let in by a token in the address, by two of them, or by the other of two places", async () => {
    const query = encodeURIComponent("{ session { userId } }");
    const address = `${rig.first.url}/graphql?access_token=${root}&token=${root}&query=${query}`;
    expect((await send(address, { headers: { "x-requested-with": "test" } })).status).toBe(401);
    const ann = await tokenFor(rig, "ann");
    const body = JSON.stringify({ query: "{ session { userId } }" });
    const port = Number(new URL(rig.first.url).port);
    const answer = (lines: readonly string[]) => {
      const socket = dial(port, "127.0.0.1");
      const head = ["POST /graphql HTTP/1.1", `Host: 127.0.0.1:${port}`, "Connection: close", ...lines];
      head.push("Content-Type: application/json", `Content-Length: ${body.length}`, "", body);
      socket.write(head.join("\r\n"));
      return text(socket);
    };
    expect(await answer([`Authorization: Bearer ${ann}`])).toMatch(/^HTTP\/1.1 200 /);
    for (const twice of [
      [`Authorization: Bearer ${ann}`, `Authorization: Bearer ${root}`],
      [`Authorization: Bearer ${ann}`, `authorization: Bearer ${ann}`],
      [`Authorization: Bearer ${ann}, Bearer ${root}`],
    ])
      expect(await answer(twice)).toMatch(/^HTTP\/1.1 401 /);
    expect(
      await outcomeOf(rig.first, { authorization: `Bearer ${ann}`, Authorization: `Bearer ${root}` }),
    ).toBe(4403);
    const client = await GraphQLWsClient.open({ url: rig.first.url, headers: bearer(root) });
    client.send({ type: "connection_init", payload: { authorization: "Bearer x" } });
    expect((await client.closed).code).toBe(4403);
  });

  // The two messages may come apart, so far that it is known who they are when the second one comes.
  it("can subscribe to nothing before it is known who they are", { retry: 5, timeout: 20_000 }, async () => {
    const client = await GraphQLWsClient.open({ url: rig.first.url });
    client.send({ type: "connection_init", payload: bearer(root) });
    client.subscribe("1", follow, { id: simulationId });
    expect((await client.closed).code).toBe(4401);
    expect(client.frames.filter(({ type }) => type === "next")).toEqual([]);
  });

  it("is not asked for by the arguments of anything", async () => {
    const ann = await tokenFor(rig, "ann");
    const data = await ask(rig.second, ann, "{ session { userId admin projects { projectId role } } }");
    expect(data).toEqual({
      session: { userId: "ann", admin: false, projects: [{ projectId: "shop", role: "OPERATOR" }] },
    });
  });
});

describe("a token that ends", () => {
  it("ends its sockets with 4403 and its event streams without `complete`, and a newer one goes on after them", async () => {
    const short = await tokenFor(rig, "ann", 3);
    const [client, stream] = await Promise.all([
      connect(rig.first, short),
      EventStream.open(rig.second.url, follow, { id: simulationId, after: 0 }, bearer(short)),
    ]);
    client.subscribe("log", follow, { id: simulationId, after: 0 });
    const [{ code }, { events, seqs }] = await Promise.all([client.closed, eventsOf(stream)]);
    expect(code).toBe(4403);
    expect(events.length).toBeGreaterThan(0);
    expect(events).not.toContain("complete");
    const before = seqsOf(client, "log");
    expect(before).toEqual(dense(1, before.length));
    expect(seqs).toEqual(dense(1, seqs.length));
    expect(await status(rig.first, bearer(short))).toBe(401);
    const again = await connect(rig.second, await tokenFor(rig, "ann"));
    again.subscribe("log", follow, { id: simulationId, after: before.length });
    await again.frame(() => seqsOf(again, "log").length >= 3);
    const after = seqsOf(again, "log");
    expect(after).toEqual(dense(before.length + 1, before.length + after.length));
    await again.close();
  });
});

describe("a renewal", () => {
  it("lets the streams of its socket go on past the end of the first token", async () => {
    const first = await tokenFor(rig, "ann", 4);
    const client = await connect(rig.first, first);
    client.subscribe("log", follow, { id: simulationId, after: 0 });
    await client.results("log", 1);
    const renewed = await once(client, "renew", renew, { token: await tokenFor(rig, "ann", 600) });
    expect(renewed).toMatchObject({ renewSession: { __typename: "Session", userId: "ann" } });
    // Over now on every other socket; this one is swept each second, and three more sweeps have passed.
    await expect.poll(() => status(rig.first, bearer(first)), patience).toBe(401);
    const over = seqsOf(client, "log").length;
    await client.frame(() => seqsOf(client, "log").length >= over + 3);
    expect(await once(client, "who", "{ session { userId } }")).toEqual({ session: { userId: "ann" } });
    const seqs = seqsOf(client, "log");
    expect(seqs).toEqual(dense(1, seqs.length));
    await client.close();
  });

  it("is refused by another user's token, by one of other rights, and by one that is none; the streams stay", async () => {
    const client = await connect(rig.first, await tokenFor(rig, "ann", 600));
    client.subscribe("log", follow, { id: simulationId, after: 0 });
    const refusals: [string, string][] = [
      [await tokenFor(rig, "bob"), "BAD_INPUT"],
      [await tokenFor(rig, "Ann"), "BAD_INPUT"],
      [await tokenFor(rig, "ann", 600, { projects: ["shop:admin"] }), "BAD_INPUT"],
      [await tokenFor(rig, "ann", 600, { roles: "admin" }), "BAD_INPUT"],
      [await tokenFor(rig, "ann", 600, { iat: nowS() - 60, exp: nowS() - 1 }), "UNAUTHENTICATED"],
      ["garbage", "UNAUTHENTICATED"],
      ["", "UNAUTHENTICATED"],
    ];
    for (const [n, [token, code]] of refusals.entries()) {
      const data = await once(client, `renew-${n}`, renew, { token });
      expect(data, code).toMatchObject({ renewSession: { code } });
    }
    const data = await once(client, "who", "{ session { userId admin } }");
    expect(data).toEqual({ session: { userId: "ann", admin: false } });
    const had = seqsOf(client, "log").length;
    await client.frame(() => seqsOf(client, "log").length > had);
    await client.close();
  });

  it("never shortens a session, whichever of two comes first", async () => {
    const client = await connect(rig.first, await tokenFor(rig, "ann", 100));
    const [longer, shorter] = [await tokenFor(rig, "ann", 300), await tokenFor(rig, "ann", 200)];
    client.subscribe("1", renew, { token: longer });
    client.subscribe("2", renew, { token: shorter });
    await Promise.all([client.results("1", 1), client.results("2", 1)]);
    const data = (await once(client, "who", "{ session { expiresAt } }")) as {
      session: { expiresAt: string };
    };
    expect(Date.parse(data.session.expiresAt)).toBeGreaterThan(Date.now() + 250_000);
    await client.close();
  });

  it("is nothing over HTTP", async () => {
    const token = await tokenFor(rig, "ann");
    const { renewSession } = await ask(rig.first, token, renew, { token });
    expect(renewSession).toMatchObject({ code: "BAD_INPUT", message: expect.stringContaining("HTTP") });
  });
});

describe("a revocation", () => {
  async function endsEverywhere(userId: string): Promise<void> {
    const token = await tokenFor(rig, userId);
    const other = await connect(rig.second, await tokenFor(rig, "bob"));
    const sockets = await Promise.all([connect(rig.first, token), connect(rig.second, token)]);
    const streams = await Promise.all(
      [rig.first, rig.second].map(({ url }) =>
        EventStream.open(url, follow, { id: simulationId, after: 0 }, bearer(token)),
      ),
    );
    const streamed = Promise.all(streams.map(eventsOf));
    const { revokeSessions } = await ask(rig.first, root, revoke, { userId });
    expect(revokeSessions).toMatchObject({ __typename: "SessionsRevoked", userId });
    for (const { code } of await Promise.all(sockets.map(({ closed }) => closed))) expect(code).toBe(4403);
    for (const { events } of await streamed) expect(events).not.toContain("complete");
    for (const service of [rig.first, rig.second]) {
      expect(await status(service, bearer(token))).toBe(401);
      expect(await outcomeOf(service, bearer(token))).toBe(4403);
    }
    const later = async (service: ServiceProcess) => status(service, bearer(await tokenFor(rig, userId)));
    await expect.poll(() => later(rig.first), patience).toBe(200);
    await expect.poll(() => later(rig.second), patience).toBe(200);
    expect(await once(other, "who", "{ session { userId } }")).toEqual({ session: { userId: "bob" } });
    await other.close();
  }

  it("ends a user's sockets and streams on every replica, and their tokens, for good", () =>
    endsEverywhere("eve"));

  it("is of exactly that user, and for admins only", async () => {
    const carl = await connect(rig.first, await tokenFor(rig, "carl"));
    for (const userId of ["Carl", "carl ", "CARL"]) await ask(rig.first, root, revoke, { userId });
    const { revokeSessions } = await ask(
      rig.second,
      await tokenFor(rig, "dan", 600, { projects: ["shop:admin"] }),
      revoke,
      { userId: "carl" },
    );
    expect(revokeSessions).toMatchObject({ __typename: "ForbiddenError", code: "FORBIDDEN" });
    expect(await once(carl, "who", "{ session { userId } }")).toEqual({ session: { userId: "carl" } });
    await carl.close();
  });

  it("holds against a renewal by the same token, and against one that is under way", async () => {
    const token = await tokenFor(rig, "fay");
    const client = await connect(rig.second, token);
    await ask(rig.first, root, revoke, { userId: "fay" });
    const renewing = setInterval(() => client.subscribe(`r${Math.random()}`, renew, { token }), 50);
    try {
      expect((await client.closed).code).toBe(4403);
    } finally {
      clearInterval(renewing);
    }
  });

  it("reaches a request whose body comes slowly, and a socket that is being opened", async () => {
    const token = await tokenFor(rig, "gus");
    const port = Number(new URL(rig.first.url).port);
    const slowly = (accept: string, query: string) => {
      const body = JSON.stringify({ query, variables: { id: simulationId, after: 0 } });
      const socket = dial(port, "127.0.0.1");
      const head = [
        "POST /graphql HTTP/1.1",
        `Host: 127.0.0.1:${port}`,
        "Connection: close",
        `Authorization: Bearer ${token}`,
        `Accept: ${accept}`,
        "Content-Type: application/json",
        `Content-Length: ${body.length}`,
      ];
      socket.write(`${head.join("\r\n")}\r\n\r\n${body.slice(0, 10)}`);
      const answer = text(socket);
      return { answer, finish: () => socket.write(body.slice(10)) };
    };
    const reading = slowly("application/json", "query ($id: ID!) { simulation(id: $id) { id } }");
    const following = slowly("text/event-stream", follow);
    expect(await status(rig.first, bearer(token))).toBe(200);
    const opening = Promise.all(Array.from({ length: 20 }, () => outcomeOf(rig.second, bearer(token))));
    await ask(rig.first, root, revoke, { userId: "gus" });
    expect(await status(rig.first, bearer(token))).toBe(401);
    for (const { finish } of [reading, following]) finish();
    expect(await reading.answer).toMatch(/^HTTP\/1.1 401 .*"UNAUTHENTICATED"/s);
    const streamed = await following.answer;
    expect(streamed).toContain('"UNAUTHENTICATED"');
    expect(streamed).not.toContain('"data"');
    // Whoever was let in before it was known is sent away when it is.
    for (const outcome of await opening) expect(["connected", 4403]).toContain(outcome);
    await expect.poll(() => outcomeOf(rig.second, bearer(token)), patience).toBe(4403);
  });

  it("holds on every replica without Redis, too", async () => {
    await rig.redis.kill();
    await endsEverywhere("hal");
  });
});
