// Keys that change, and issuers that cannot be reached: nothing opens that is in doubt, and what is known stays known.
import { jwtVerify } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import type { Identity } from "../../src/core/ports/identity.ts";
import { keyTimes, publishedKeys } from "../../src/identity/published-keys.ts";
import { tokenIdentity } from "../../src/identity/tokens.ts";
import { startApi } from "../server/api.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { postJson } from "../support/http.ts";
import {
  audience,
  type Issuer,
  issuerName,
  type Manner,
  type SigningKey,
  signingKey,
  startIssuer,
  tokenBy,
} from "../support/issuer.ts";
import { silent } from "../support/postgres.ts";

const open: Issuer[] = [];
afterEach(async () => {
  for (const issuer of open.splice(0)) await issuer.close();
});

async function issuerOf(...keys: SigningKey[]): Promise<Issuer> {
  const issuer = await startIssuer(...keys);
  open.push(issuer);
  return issuer;
}

function identityOf({ url }: Issuer): Promise<Identity> {
  return tokenIdentity(
    {
      issuer: issuerName,
      audience,
      keys: { kind: "jwks", url },
      algorithms: ["ES256"],
      userClaim: "sub",
      rolesClaim: "roles",
      projectsClaim: "projects",
      adminRole: "admin",
      tokenType: undefined,
      clockSkewS: 5,
      maxAgeS: 86_400,
    },
    silent,
  );
}

/** "ann", or the code. */
async function outcome(identity: Identity, token: string): Promise<string> {
  return identity.session(token).then(
    ({ viewer }) => viewer.userId,
    (error: { code: string }) => error.code,
  );
}

const wrongManners: readonly Manner[] = ["failing", "hanging", "garbage", "no-set", "redirecting", "endless"];

describe("the issuer's keys", () => {
  it("are fetched once for all who ask at a time, and then no more", async () => {
    const key = await signingKey();
    const issuer = await issuerOf(key);
    const identity = await identityOf(issuer);
    const token = await tokenBy(key);
    const all = await Promise.all(Array.from({ length: 50 }, () => outcome(identity, token)));
    expect(new Set(all)).toEqual(new Set(["ann"]));
    expect(await outcome(identity, token)).toBe("ann");
    expect(issuer.fetches).toBe(1);
  });

  it("are found when they are new, within about a second", async () => {
    const [first, second] = [await signingKey("ES256", "1"), await signingKey("ES256", "2")];
    const issuer = await issuerOf(first);
    const identity = await identityOf(issuer);
    expect(await outcome(identity, await tokenBy(first))).toBe("ann");
    issuer.keys = [first.publicJwk, second.publicJwk];
    const token = await tokenBy(second);
    await expect.poll(() => outcome(identity, token), { timeout: 3_000, interval: 20 }).toBe("ann");
    expect(await outcome(identity, await tokenBy(first))).toBe("ann");
    expect(issuer.fetches).toBe(2);
  });

  it("are fetched no more often for whoever invents names of keys", async () => {
    const key = await signingKey();
    const issuer = await issuerOf(key);
    const identity = await identityOf(issuer);
    expect(await outcome(identity, await tokenBy(key))).toBe("ann");
    const invented = await Promise.all(
      Array.from({ length: 200 }, (_, n) => tokenBy(key, {}, { kid: `invented-${n}` })),
    );
    const outcomes = await Promise.all(invented.map((token) => outcome(identity, token)));
    expect(new Set(outcomes)).toEqual(new Set(["UNAUTHENTICATED"]));
    expect(issuer.fetches).toBeLessThanOrEqual(2);
  });

  it.each(wrongManners)("go on verifying while the issuer is %s", async (manner) => {
    const key = await signingKey();
    const issuer = await issuerOf(key);
    const identity = await identityOf(issuer);
    const token = await tokenBy(key);
    expect(await outcome(identity, token)).toBe("ann");
    issuer.manner = manner;
    expect(await outcome(identity, token)).toBe("ann");
    const other = await tokenBy(key, {}, { kid: "other" });
    await expect.poll(() => outcome(identity, other), { timeout: 5_000, interval: 20 }).toBe("UNAVAILABLE");
    expect(await outcome(identity, token)).toBe("ann");
  });

  it.each(wrongManners)("open nothing where none has come, as the issuer is %s", async (manner) => {
    const key = await signingKey();
    const issuer = await issuerOf(key);
    issuer.manner = manner;
    const identity = await identityOf(issuer);
    const token = await tokenBy(key);
    const all = await Promise.all(Array.from({ length: 20 }, () => outcome(identity, token)));
    expect(new Set(all)).toEqual(new Set(["UNAVAILABLE"]));
    expect(issuer.fetches).toBe(1);
    issuer.manner = "well";
    await expect.poll(() => outcome(identity, token), { timeout: 5_000, interval: 20 }).toBe("ann");
  });

  it("open nothing where nobody listens", async () => {
    const issuer = await startIssuer();
    await issuer.close();
    expect(await outcome(await identityOf(issuer), await tokenBy(await signingKey()))).toBe("UNAVAILABLE");
  });

  it("are asked for with the credentials of their address", async () => {
    const key = await signingKey();
    const issuer = await issuerOf(key);
    const url = new URL(issuer.url);
    url.username = "service";
    url.password = "p@ss";
    const keys = publishedKeys({ url: url.href, log: silent });
    await jwtVerify(await tokenBy(key), keys);
    expect(issuer.shown).toEqual([`Basic ${Buffer.from("service:p@ss").toString("base64")}`]);
  });
});

describe("in the course of time", () => {
  async function aged() {
    const [first, second] = [await signingKey("ES256", "1"), await signingKey("ES256", "2")];
    const issuer = await issuerOf(first);
    let now = 0;
    const keys = publishedKeys({ url: issuer.url, log: silent, now: () => now });
    const token = await tokenBy(first);
    const verifies = () =>
      jwtVerify(token, keys).then(
        () => true,
        () => false,
      );
    expect(await verifies()).toBe(true);
    const age = (ms: number) => {
      now = ms;
    };
    return { issuer, first, second, age, verifies };
  }

  it("a key that is withdrawn is believed for five minutes", async () => {
    const { issuer, second, age, verifies } = await aged();
    issuer.keys = [second.publicJwk];
    age(keyTimes.freshMs - 1);
    expect(await verifies()).toBe(true);
    age(keyTimes.freshMs);
    expect(await verifies()).toBe(false);
  });

  it("a key is believed for a while, bounded, while the issuer is down, and at once when it is back", async () => {
    const { issuer, age, verifies } = await aged();
    issuer.manner = "failing";
    for (let at: number = keyTimes.freshMs; at < keyTimes.believedMs; at += keyTimes.freshMs) {
      age(at);
      expect(await verifies()).toBe(true);
    }
    age(keyTimes.believedMs);
    expect(await verifies()).toBe(false);
    issuer.manner = "well";
    age(keyTimes.believedMs + keyTimes.betweenMs);
    expect(await verifies()).toBe(true);
  });
});

it("while the keys cannot be had, whoever comes is told to try again, on each transport", async () => {
  const key = await signingKey();
  const issuer = await issuerOf(key);
  issuer.manner = "failing";
  const api = await startApi({ identity: await identityOf(issuer) });
  const shown = { authorization: `Bearer ${await tokenBy(key)}` };
  const { status, headers, text } = await postJson(api.url, { query: "{ __typename }" }, shown);
  expect(status).toBe(503);
  expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  expect(JSON.parse(text).errors[0].extensions.code).toBe("UNAVAILABLE");
  const client = await GraphQLWsClient.open(api);
  client.send({ type: "connection_init", payload: shown });
  expect((await client.closed).code).toBe(1013);
  await api.close();
});
