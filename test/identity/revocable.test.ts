// Revocations in moments that no clock of a test can arrange: while somebody comes in, and after a replica stood still.
import { afterEach, describe, expect, it, vi } from "vitest";
import { ServiceError } from "../../src/core/errors.ts";
import type { Identity } from "../../src/core/ports/identity.ts";
import type { Revocation, Revocations } from "../../src/core/ports/sessions.ts";
import type { Session } from "../../src/core/session.ts";
import { type RevocableIdentity, revocableIdentity } from "../../src/identity/revocable.ts";
import { startApi } from "../server/api.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { silent } from "../support/postgres.ts";

const maxAgeMs = 3_600_000;
const skewMs = 5_000;

/** Whoever shows a token is the user of that name, since the beginning of the test. */
function everybody(issuedAt = Date.now()): Identity {
  return {
    session: async (token = "") => ({
      viewer: { userId: token, roles: new Map(), admin: false },
      issuedAt,
      expiresAt: Number.POSITIVE_INFINITY,
    }),
    isOver: () => false,
  };
}

/** As the database has them, by the clock of the test. */
function table() {
  const rows = new Map<string, Revocation>();
  let failing = false;
  const revocations: Revocations = {
    async revoke(userId) {
      const revocation = { userId, at: new Date() };
      rows.set(userId, revocation);
      return revocation;
    },
    async recent(withinMs) {
      if (failing) throw new ServiceError("UNAVAILABLE", "Not now.");
      return [...rows.values()].filter(({ at }) => at.getTime() > Date.now() - withinMs);
    },
    forget: async () => {},
  };
  const fail = (is: boolean) => {
    failing = is;
  };
  return { revocations, fail };
}

const made: RevocableIdentity[] = [];
afterEach(() => {
  for (const identity of made.splice(0)) identity.close();
  vi.useRealTimers();
});

async function replicaOn(
  revocations: Revocations,
  identity: Identity,
  end = (_: (s: Session) => boolean) => {},
) {
  const replica = await revocableIdentity({ identity, revocations, skewMs, maxAgeMs, end, log: silent });
  made.push(replica);
  return replica;
}

describe("a revocation", () => {
  it("is found after a replica stood still for longer than it usually looks back", async () => {
    vi.useFakeTimers();
    const { revocations, fail } = table();
    const replica = await replicaOn(revocations, everybody());
    const session = await replica.session("ann");
    fail(true);
    await vi.advanceTimersByTimeAsync(2_000);
    await revocations.revoke("ann", "root");
    vi.setSystemTime(Date.now() + 600_000);
    expect(replica.isOver(session)).toBe(false);
    fail(false);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(replica.isOver(session)).toBe(true);
    await expect(replica.session("ann")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("is remembered for as long as any token that it concerns can be believed, also by the next start", async () => {
    vi.useFakeTimers();
    const { revocations } = table();
    // Issued by a clock that is ahead, and so believed for longest.
    const ahead = everybody(Date.now() + skewMs);
    const replica = await replicaOn(revocations, ahead);
    await replica.revoke("ann", "root");
    await vi.advanceTimersByTimeAsync(1_000);
    vi.setSystemTime(Date.now() + maxAgeMs + skewMs + 3_000);
    await vi.advanceTimersByTimeAsync(1_500);
    await expect(replica.session("ann")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    const next = await replicaOn(revocations, ahead);
    await expect(next.session("ann")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    vi.setSystemTime(Date.now() + 600_000);
    await vi.advanceTimersByTimeAsync(1_500);
    // Forgotten: no token is believed for so long. The map holds no more than can matter.
    expect((await replica.session("ann")).viewer.userId).toBe("ann");
  });

  it("does not let in who is coming in meanwhile", async () => {
    const { revocations } = table();
    let end: (isOver: (session: Session) => boolean) => void = () => {};
    const replica = await replicaOn(revocations, everybody(), (isOver) => end(isOver));
    // Between the check of the token and the acknowledgement, where the front door waits for nothing that can be seen.
    const late: Identity = {
      async session(token) {
        const session = await replica.session(token);
        await replica.revoke("ann", "root");
        return session;
      },
      isOver: replica.isOver,
    };
    const api = await startApi({ identity: late });
    end = api.endSessions;
    const client = await GraphQLWsClient.open(api);
    client.send({ type: "connection_init", payload: { authorization: "Bearer ann" } });
    expect((await client.closed).code).toBe(4403);
    expect(client.frames).toEqual([]);
    await api.close();
  });
});
