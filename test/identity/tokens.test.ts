// Which tokens are believed, with keys that a real server publishes.
import { createHmac } from "node:crypto";
import { CompactEncrypt, importSPKI } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceError } from "../../src/core/errors.ts";
import type { Session } from "../../src/core/session.ts";
import { type TokenRules, tokenIdentity } from "../../src/identity/tokens.ts";
import {
  audience,
  type Claims,
  type Issuer,
  issuerName,
  nowS,
  type SigningKey,
  signingKey,
  startIssuer,
  tokenBy,
} from "../support/issuer.ts";
import { silent } from "../support/postgres.ts";

const algorithms = ["RS256", "PS256", "ES256", "EdDSA"] as const;

let keys: readonly SigningKey[];
let issuer: Issuer;

beforeAll(async () => {
  keys = await Promise.all(algorithms.map((algorithm) => signingKey(algorithm, `key-${algorithm}`)));
  issuer = await startIssuer(...keys);
});
afterAll(() => issuer.close());

function keyOf(algorithm: (typeof algorithms)[number]): SigningKey {
  const key = keys.find((one) => one.algorithm === algorithm);
  if (key === undefined) throw new Error("There is no such key.");
  return key;
}

function rules(some: Partial<TokenRules> = {}): TokenRules {
  return {
    issuer: issuerName,
    audience,
    keys: { kind: "jwks", url: issuer.url },
    algorithms,
    userClaim: "sub",
    rolesClaim: "roles",
    projectsClaim: "projects",
    adminRole: "admin",
    tokenType: undefined,
    clockSkewS: 5,
    maxAgeS: 3_600,
    ...some,
  };
}

async function sessionBy(token: string | undefined, some: Partial<TokenRules> = {}): Promise<Session> {
  return (await tokenIdentity(rules(some), silent)).session(token);
}

/** The code, and what is said. */
async function refusal(token: string | undefined, some: Partial<TokenRules> = {}): Promise<string> {
  try {
    await sessionBy(token, some);
  } catch (error) {
    if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "It was believed.";
}

const unsigned = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

describe("a token", () => {
  it.each(algorithms)("signed by %s is believed for as long as it says", async (algorithm) => {
    const iat = nowS();
    const session = await sessionBy(await tokenBy(keyOf(algorithm), { iat, exp: iat + 60 }));
    expect(session.viewer).toMatchObject({ userId: "ann", admin: false });
    expect(session.issuedAt).toBe(iat * 1_000);
    expect(session.expiresAt).toBe((iat + 65) * 1_000);
  });

  it("is believed no longer than its greatest age, however far its end", async () => {
    const iat = nowS() - 100;
    for (const exp of [iat + 1_000_000, 1e300]) {
      const session = await sessionBy(await tokenBy(keyOf("ES256"), { iat, exp }));
      expect(session.expiresAt).toBe((iat + 3_605) * 1_000);
    }
  });

  it("is believed within the skew of clocks", async () => {
    const now = nowS();
    const key = keyOf("ES256");
    expect((await sessionBy(await tokenBy(key, { exp: now - 2, iat: now - 60 }))).viewer.userId).toBe("ann");
    expect((await sessionBy(await tokenBy(key, { iat: now + 3, nbf: now + 3 }))).viewer.userId).toBe("ann");
  });

  it("may have more audiences, and a type where that is asked for", async () => {
    const key = keyOf("ES256");
    expect((await sessionBy(await tokenBy(key, { aud: ["other", audience] }))).viewer.userId).toBe("ann");
    const token = await tokenBy(key, {}, { typ: "at+jwt" });
    expect((await sessionBy(token, { tokenType: "at+jwt" })).viewer.userId).toBe("ann");
    expect(await refusal(await tokenBy(key), { tokenType: "at+jwt" })).toMatch(/^UNAUTHENTICATED/);
    expect(await refusal(await tokenBy(key, {}, { typ: "JWT" }), { tokenType: "at+jwt" })).toMatch(
      /^UNAUTHENTICATED/,
    );
  });

  it("is refused when it is of somebody else, or for somebody else", async () => {
    const key = keyOf("ES256");
    const wrong: Claims[] = [
      { iss: "https://login.example.com" },
      { iss: "https://LOGIN.example.com/" },
      { iss: [issuerName] },
      { iss: undefined },
      { aud: "Simulations" },
      { aud: ["other"] },
      { aud: [] },
      { aud: undefined },
    ];
    for (const claims of wrong)
      expect(await refusal(await tokenBy(key, claims)), JSON.stringify(claims)).toMatch(/^UNAUTHENTICATED/);
  });

  it("is refused when it lacks a claim, or has one of another form", async () => {
    const key = keyOf("ES256");
    const wrong: Claims[] = [
      ...["exp", "iat", "sub"].flatMap((name) => [
        { [name]: undefined },
        { [name]: null },
        { [name]: "" },
        { [name]: { $gt: 0 } },
        { [name]: [nowS()] },
      ]),
      { exp: String(nowS() + 60) },
      { iat: String(nowS()) },
      { nbf: "now" },
      { sub: 7 },
      { sub: "a\0b" },
      { sub: "\ud800" },
      { sub: "a\nb" },
      { sub: "x".repeat(129) },
    ];
    for (const claims of wrong)
      expect(await refusal(await tokenBy(key, claims)), JSON.stringify(claims)).toMatch(/^UNAUTHENTICATED/);
  });

  it("is refused before, after, and long after its time", async () => {
    const key = keyOf("ES256");
    const now = nowS();
    const wrong: Claims[] = [
      { iat: now - 60, exp: now - 10 },
      { nbf: now + 30 },
      { iat: now + 30 },
      { iat: 1e12, exp: 2e12 },
      { iat: now - 3_700, exp: now + 1_000_000 },
      { iat: -1e300, exp: 1e300 },
    ];
    for (const claims of wrong)
      expect(await refusal(await tokenBy(key, claims)), JSON.stringify(claims)).toMatch(/^UNAUTHENTICATED/);
  });

  it("is refused when nobody, or whoever knows the public key, could have made it", async () => {
    const { kid, publicPem, publicJwk } = keyOf("RS256");
    const payload = unsigned({ iss: issuerName, aud: audience, sub: "eve", iat: nowS(), exp: nowS() + 60 });
    const tokens = ["none", "None", "nOnE", ""].map((alg) => `${unsigned({ alg, kid })}.${payload}.`);
    const secrets = [publicPem, publicPem.trim(), JSON.stringify(publicJwk), publicJwk.n ?? "", ""];
    for (const alg of ["HS256", "RS256"]) {
      const signed = `${unsigned({ alg, kid })}.${payload}`;
      for (const secret of secrets)
        tokens.push(`${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`);
    }
    for (const token of tokens) {
      expect(await refusal(token), token.slice(0, 40)).toMatch(/^UNAUTHENTICATED/);
      const keys = { kind: "public-key", text: publicPem } as const;
      expect(await refusal(token, { keys })).toMatch(/^UNAUTHENTICATED/);
    }
  });

  it("is refused when another's key has signed it, whatever its header says of keys", async () => {
    const stranger = await signingKey("ES256", keyOf("ES256").kid);
    const theirs = await startIssuer(stranger);
    const headers = [
      {},
      { jwk: stranger.publicJwk },
      { jku: theirs.url },
      { x5u: theirs.url },
      { x5c: ["MIIB"] },
      { kid: "../../etc/passwd" },
      { kid: "' or 1=1 --" },
      { kid: theirs.url },
      { kid: "__proto__" },
      { alg: "ES256", crit: ["b64"], b64: true },
    ];
    for (const header of headers)
      expect(await refusal(await tokenBy(stranger, {}, header)), JSON.stringify(header)).toMatch(
        /^UNAUTHENTICATED/,
      );
    expect(theirs.fetches).toBe(0);
    await theirs.close();
  });

  it("is refused when anything of it has been changed", async () => {
    const token = await tokenBy(keyOf("EdDSA"));
    const [header = "", payload = "", signature = ""] = token.split(".");
    const raised = unsigned({ ...JSON.parse(Buffer.from(payload, "base64url").toString()), roles: "admin" });
    const other = unsigned({ alg: "RS256", kid: "key-EdDSA" });
    const broken = [
      `${header}.${raised}.${signature}`,
      `${other}.${payload}.${signature}`,
      token.slice(0, -4),
      token.slice(0, token.length / 2),
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${token}.${signature}`,
      ` ${token}`,
      token.replace(".", ".."),
    ];
    for (const one of broken) expect(await refusal(one), one.slice(-20)).toMatch(/^UNAUTHENTICATED/);
  });

  it("is refused when it is none", async () => {
    const garbage = [
      "",
      "x",
      "...",
      "null",
      "{}",
      "ä.ö.ü",
      "\0",
      "a.b.c.d.e",
      "e30.e30.e30",
      "=".repeat(8_000),
    ];
    const headers = [
      { kid: 7, alg: "ES256" },
      { alg: 7 },
      { kid: {} },
      [],
      null,
      "x",
      { alg: "ES256", crit: 1 },
    ];
    const odd = headers.map(
      (header) => `${Buffer.from(JSON.stringify(header)).toString("base64url")}.e30.AA`,
    );
    for (const token of [undefined, ...garbage, ...odd])
      expect(await refusal(token), token?.slice(0, 20)).toMatch(/^UNAUTHENTICATED/);
  });

  it("is refused unread when it is longer than 8 kB, and when it is encrypted", async () => {
    const long = await tokenBy(keyOf("ES256"), { note: "x".repeat(7_000) });
    expect(long.length).toBeGreaterThan(9_000);
    expect(await refusal(long)).toBe("UNAUTHENTICATED: The token is too long.");
    const { publicPem } = await signingKey("RSA-OAEP-256");
    const encrypted = await new CompactEncrypt(Buffer.from(await tokenBy(keyOf("ES256"))))
      .setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM", cty: "JWT", kid: keyOf("ES256").kid })
      .encrypt(await importSPKI(publicPem, "RSA-OAEP-256"));
    expect(await refusal(encrypted)).toMatch(/^UNAUTHENTICATED/);
  });

  it("is refused without a word of it", async () => {
    for (const claims of [{ sub: 7 }, { aud: "secret-place" }, { iss: "secret-place" }, { exp: 1 }]) {
      const token = await tokenBy(keyOf("ES256"), claims);
      const said = await refusal(token);
      expect(said).not.toContain("secret-place");
      for (const part of token.split(".")) expect(said).not.toContain(part);
    }
  });
});

describe("a token that does not name its key", () => {
  it("is tried with every key of the issuer that can have signed it", async () => {
    const twins = await Promise.all(["a", "b", "c"].map((kid) => signingKey("ES256", kid)));
    const many = await startIssuer(...twins);
    const source = { keys: { kind: "jwks", url: many.url } } as const;
    for (const key of twins) {
      const token = await tokenBy(key, {}, { kid: undefined });
      expect((await sessionBy(token, source)).viewer.userId).toBe("ann");
    }
    const [first] = twins;
    if (first === undefined) throw new Error("There are three.");
    expect(await refusal(await tokenBy(first, { exp: 1 }, { kid: undefined }), source)).toMatch(/expired/);
    const stranger = await tokenBy(await signingKey(), {}, { kid: undefined });
    expect(await refusal(stranger, source)).toMatch(/^UNAUTHENTICATED/);
    many.keys = [first.publicJwk];
    expect((await sessionBy(await tokenBy(first, {}, { kid: undefined }), source)).viewer.userId).toBe("ann");
    await many.close();
  });
});

describe("a key that is configured", () => {
  it.each(algorithms)(
    "verifies as PEM and as JWK, whatever its name in the token, by %s",
    async (algorithm) => {
      const key = keyOf(algorithm);
      const token = await tokenBy(key, {}, { kid: "anything" });
      const stranger = await tokenBy(await signingKey(algorithm, key.kid));
      for (const text of [key.publicPem, JSON.stringify(key.publicJwk), ` ${key.publicPem}\n`]) {
        const source = { keys: { kind: "public-key", text } } as const;
        expect((await sessionBy(token, source)).viewer.userId).toBe("ann");
        expect(await refusal(stranger, source)).toMatch(/^UNAUTHENTICATED/);
      }
    },
  );

  it("must be one", async () => {
    const { publicPem } = keyOf("RS256");
    const texts = ["", "{}", "{", '{"kty":"oct","k":"AAAA"}', "ssh-rsa AAAA", publicPem.slice(0, 80)];
    for (const text of texts) {
      const identity = tokenIdentity(rules({ keys: { kind: "public-key", text } }), silent);
      await expect(identity, text).rejects.toMatchObject({ code: "BAD_INPUT" });
    }
  });
});
