import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { configurationPage } from "../scripts/configuration-page.ts";
import { misspelt } from "../src/config/misspelt.ts";
import { printedConfig } from "../src/config/print.ts";
import { ConfigError } from "../src/config/read.ts";
import { settings } from "../src/config/settings.ts";
import { readConfig } from "../src/config.ts";
import { makeAuthority, pem } from "./support/certificates.ts";

const folder = mkdtempSync(join(tmpdir(), "simulation-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function problems(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function file(name: string, contents: string): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

const namesOf = (told: readonly string[]) => told.map((problem) => problem.split(" ")[0]);
const authentication = {
  AUTH_ISSUER: "https://login.example.com/",
  AUTH_AUDIENCE: "simulations",
  AUTH_JWKS_URL: "https://login.example.com/keys",
};

describe("the config", () => {
  it("is embedded and on loopback without any setting", () => {
    expect(readConfig({})).toMatchObject({
      port: 4000,
      host: "127.0.0.1",
      dataDir: ".data",
      databaseUrl: undefined,
      engines: undefined,
      designServiceUrl: undefined,
      auth: undefined,
      corsOrigins: [],
      hosts: [],
      trustedProxies: [],
      graphiql: true,
      introspection: true,
      metrics: undefined,
      traces: undefined,
    });
  });

  it("takes a setting that is empty for one that is not there", () => {
    expect(readConfig({ PORT: "", DATABASE_URL: "", REDIS_URL_FILE: "" })).toEqual(readConfig({}));
  });

  it("reads lists", () => {
    const config = readConfig({
      ENGINE_URL: "grpc://a:1, grpc://b:2,grpc://a:1",
      CORS_ORIGINS: "https://app.example.com, http://localhost:3000",
      HOSTS: "sim.example.com,[::1]",
      TRUSTED_PROXIES: "10.0.0.0/8, ::1,192.168.1.1",
    });
    expect(config.engines).toEqual(["a:1", "b:2"]);
    expect(config.corsOrigins).toEqual(["https://app.example.com", "http://localhost:3000"]);
    expect(config.hosts).toEqual(["sim.example.com", "[::1]"]);
    expect(config.trustedProxies).toEqual(["10.0.0.0/8", "::1", "192.168.1.1"]);
  });

  it("tells everything that is wrong at once, by the name of the setting, in the order of the table", () => {
    const wrong = {
      PORT: "70000",
      HOST: "0.0.0.0",
      ROLES: "api,everything",
      DATABASE_URL: "mysql://x",
      REDIS_URL: "http://x",
      ENGINE_URL: "http://x",
      DESIGN_SERVICE_URL: "ftp://x",
      CORS_ORIGINS: "*",
      HOSTS: "https://sim.example.com",
      TRUSTED_PROXIES: "10.0.0.0/33",
      GRAPHIQL: "yes",
      LOG_LEVEL: "loud",
      METRICS_PORT: "-1",
      OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318",
      FAILPOINT: "somewhere",
    };
    expect(namesOf(problems(wrong))).toEqual(Object.keys(wrong));
  });

  it("names what of a list is wrong", () => {
    expect(problems({ TRUSTED_PROXIES: "10.0.0.1,10.1" })).toEqual([
      'TRUSTED_PROXIES has "10.1", which is neither an IP address nor a range such as 10.0.0.0/8',
    ]);
  });

  it("refuses a replica of one role what it would not share with the others", () => {
    const needs = (missing: string) => expect.stringMatching(new RegExp(`^ROLES.* needs ${missing}`));
    const database = { DATABASE_URL: "postgres://x" };
    expect(problems({ ROLES: "api" })).toEqual([needs("DATABASE_URL"), needs("ENGINE_URL")]);
    expect(problems({ ROLES: "owner", ...database })).toEqual([needs("ENGINE_URL")]);
    expect(readConfig({ ROLES: "owner", ...database, ENGINE_URL: "grpc://x:1" }).roles).toEqual(["owner"]);
    expect(readConfig({ ROLES: " owner , api " }).roles).toEqual(["owner", "api"]);
  });

  it("tells broken rules beside broken values, and no mistake twice", () => {
    const told = problems({ ROLES: "api", DATABASE_URL: "mysql://x", PORT: "x", AUTH_ISSUER: "me" });
    expect(namesOf(told)).toEqual(["PORT", "ROLES", "DATABASE_URL", "AUTH_AUDIENCE", "AUTH_JWKS_URL"]);
    expect(told[1]).toMatch(/needs ENGINE_URL/);
  });

  it("turns off in production what helps while developing, unless told otherwise", () => {
    const production = { NODE_ENV: "production" };
    expect(readConfig(production)).toMatchObject({ graphiql: false, introspection: false });
    const asked = { ...production, GRAPHIQL: "true", INTROSPECTION: "true" };
    expect(readConfig(asked)).toMatchObject({ graphiql: true, introspection: true });
    expect(readConfig({ INTROSPECTION: "false" })).toMatchObject({ graphiql: true, introspection: false });
  });

  it("keeps metrics and the API apart", () => {
    expect(readConfig({ METRICS_PORT: "0" }).metrics).toEqual({ host: "127.0.0.1", port: 0 });
    expect(namesOf(problems({ PORT: "5000", METRICS_PORT: "5000" }))).toEqual(["METRICS_PORT"]);
  });
});

describe("authentication", () => {
  it("is read with what is usual of tokens", () => {
    expect(readConfig({ HOST: "0.0.0.0", ...authentication }).auth).toEqual({
      issuer: "https://login.example.com/",
      audience: "simulations",
      keys: { kind: "jwks", url: "https://login.example.com/keys" },
      algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
      userClaim: "sub",
      rolesClaim: "roles",
      projectsClaim: "projects",
      adminRole: "admin",
      tokenType: undefined,
      clockSkewS: 5,
      maxAgeS: 86_400,
    });
  });

  it("is what an address other than loopback needs", () => {
    const [told = "", ...others] = problems({ HOST: "::" });
    expect(others).toEqual([]);
    expect(told).toMatch(/^HOST .*this machine only.*AUTH_ISSUER, AUTH_AUDIENCE .*AUTH_JWKS_URL/);
    expect(problems({ HOST: "::1" })).toEqual([]);
  });

  it("is whole or not there", () => {
    const { AUTH_ISSUER, AUTH_AUDIENCE, AUTH_JWKS_URL } = authentication;
    expect(namesOf(problems({ AUTH_JWKS_URL }))).toEqual(["AUTH_ISSUER", "AUTH_AUDIENCE"]);
    expect(namesOf(problems({ AUTH_ISSUER, AUTH_AUDIENCE }))).toEqual(["AUTH_JWKS_URL"]);
    const both = { ...authentication, AUTH_PUBLIC_KEY: publicPem };
    expect(problems(both)).toEqual(["AUTH_PUBLIC_KEY and AUTH_JWKS_URL exclude each other"]);
  });

  it("fetches keys over plain http from this machine only", () => {
    const keys = (url: string) => problems({ ...authentication, AUTH_JWKS_URL: url });
    expect(keys("http://127.0.0.1:8080/keys")).toEqual([]);
    expect(keys("http://[::1]:8080/keys")).toEqual([]);
    expect(namesOf(keys("http://login.example.com/keys"))).toEqual(["AUTH_JWKS_URL"]);
    expect(namesOf(keys("http://127.0.0.1.example.com/keys"))).toEqual(["AUTH_JWKS_URL"]);
  });

  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const { AUTH_JWKS_URL: _, ...token } = authentication;

  it("takes a public key as PEM, with escaped line ends, as a JWK, or from a file", () => {
    const jwk = JSON.stringify(publicKey.export({ format: "jwk" }));
    const keyOf = (given: NodeJS.ProcessEnv) => readConfig({ ...token, ...given }).auth?.keys;
    expect(keyOf({ AUTH_PUBLIC_KEY: publicPem })).toEqual({ kind: "public-key", text: publicPem });
    const escaped = publicPem.replaceAll("\n", "\\n");
    expect(keyOf({ AUTH_PUBLIC_KEY: escaped })).toEqual({ kind: "public-key", text: publicPem });
    expect(keyOf({ AUTH_PUBLIC_KEY: jwk })).toEqual({ kind: "public-key", text: jwk });
    const path = file("key.pem", publicPem);
    expect(keyOf({ AUTH_PUBLIC_KEY_FILE: path })).toEqual({ kind: "public-key", text: publicPem.trim() });
  });

  it("refuses a private or shared key, and what is no key, without repeating it", () => {
    const secretPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const secretJwk = JSON.stringify(privateKey.export({ format: "jwk" }));
    const shared = JSON.stringify({ kty: "oct", k: "c2VjcmV0" });
    for (const key of [secretPem, secretJwk, shared, "{}", "nonsense", "-----BEGIN PUBLIC KEY-----"]) {
      const [told = "", ...others] = problems({ ...token, AUTH_PUBLIC_KEY: key });
      expect(others).toEqual([]);
      expect(told).toMatch(/^AUTH_PUBLIC_KEY is /);
      expect(told).not.toContain(key);
    }
  });

  it("takes signatures of public keys only", () => {
    for (const AUTH_ALGORITHMS of ["HS256", "RS256,none", "rs256", ","]) {
      expect(namesOf(problems({ ...authentication, AUTH_ALGORITHMS }))).toEqual(["AUTH_ALGORITHMS"]);
    }
    expect(readConfig({ ...authentication, AUTH_ALGORITHMS: "ES384, EdDSA" }).auth?.algorithms).toEqual([
      "ES384",
      "EdDSA",
    ]);
  });
});

describe("a secret", () => {
  it("comes from a file as well, trimmed", () => {
    const path = file("database", " postgres://user:secret@db/x\n");
    expect(readConfig({ DATABASE_URL_FILE: path }).databaseUrl).toBe("postgres://user:secret@db/x");
  });

  it("is not given twice, nor by a file that cannot be read or is empty", () => {
    const twice = { REDIS_URL: "redis://x", REDIS_URL_FILE: file("redis", "redis://y") };
    expect(problems(twice)).toEqual(["REDIS_URL is given twice, by itself and as REDIS_URL_FILE"]);
    const missing = join(folder, "missing");
    expect(problems({ DATABASE_URL_FILE: missing, ROLES: "owner", ENGINE_URL: "grpc://a:1" })).toEqual([
      `DATABASE_URL_FILE names a file that cannot be read: ${missing} (ENOENT)`,
    ]);
    const empty = file("empty", "\n");
    expect(problems({ DATABASE_URL_FILE: empty })).toEqual([
      `DATABASE_URL_FILE names an empty file: ${empty}`,
    ]);
  });

  it("is checked like any other, and not repeated", () => {
    const path = file("wrong", "mysql://user:secret@db/x");
    expect(problems({ DATABASE_URL_FILE: path })).toEqual(["DATABASE_URL does not begin with postgres://"]);
  });

  it("in a URL that cannot be read is not repeated, and how to write it is told", () => {
    const unreadable = {
      DATABASE_URL: "postgres://ada:s3/cret@db/x",
      REDIS_URL: "redis+sentinel://:s3/cret@a:1/main",
    };
    const told = problems(unreadable);
    expect(namesOf(told)).toEqual(Object.keys(unreadable));
    for (const problem of told) expect(problem).toMatch(/%2F/);
    expect(told.join()).not.toContain("cret");
    expect(problems({ DATABASE_URL: "postgres://ada@/x?host=/run/postgresql" })).toEqual([]);
    expect(problems({ REDIS_URL: "redis+cluster://ada:s3%2Fcret@a:1,[::1]:2" })).toEqual([]);
  });

  it("is known to the log, as it is written and as it is meant", () => {
    const { secrets } = readConfig({ DATABASE_URL: "postgres://ada:s3%2Fcret@db/x?sslpassword=hunter2" });
    expect(secrets).toEqual(expect.arrayContaining(["s3%2Fcret", "s3/cret", "hunter2"]));
    expect(secrets).not.toContain("ada");
  });

  it("is no more than what is marked so: other settings have no file", () => {
    expect(readConfig({ PORT_FILE: "/nowhere" })).toEqual(readConfig({}));
  });
});

describe("a name that is not known", () => {
  it("is taken for a setting's where it differs by one character", () => {
    const given = {
      DATABSE_URL: "x",
      REDIS_URLS: "x",
      LOG_LEVAL: "x",
      AUTH_ISUER: "x",
      REDIS_URL_FILES: "x",
    };
    expect(misspelt(given)).toEqual([
      { given: "DATABSE_URL", meant: "DATABASE_URL" },
      { given: "REDIS_URLS", meant: "REDIS_URL" },
      { given: "LOG_LEVAL", meant: "LOG_LEVEL" },
      { given: "AUTH_ISUER", meant: "AUTH_ISSUER" },
      { given: "REDIS_URL_FILES", meant: "REDIS_URL_FILE" },
    ]);
  });

  it("is another program's where it is further off, or short", () => {
    const others = {
      PATH: "x",
      HOME: "x",
      POST: "x",
      ROLE: "x",
      LOGLEVELS: "x",
      ENGINE_URI_LIST: "x",
      "": "x",
    };
    expect(misspelt({ ...others, PORT: "1", DATABASE_URL: "x" })).toEqual([]);
    expect(misspelt(Object.fromEntries(settings.map(({ name }) => [name, "x"])))).toEqual([]);
  });
});

describe("the printed config", () => {
  const lineOf = (name: string, environment: NodeJS.ProcessEnv) =>
    printedConfig(environment)
      .split("\n")
      .map((line) => line.split(/\s{2,}/))
      .find(([setting]) => setting === name);

  it("has every setting, with where its value is from", () => {
    const lines = printedConfig({ PORT: "4001" }).trimEnd().split("\n");
    expect(lines.map((line) => line.split(" ")[0])).toEqual(settings.map(({ name }) => name));
    expect(lineOf("PORT", { PORT: "4001" })).toEqual(["PORT", "4001", "environment"]);
    expect(lineOf("ROLES", {})).toEqual(["ROLES", "api,owner", "default"]);
    expect(lineOf("GRAPHIQL", { NODE_ENV: "production" })).toEqual(["GRAPHIQL", "false", "default"]);
    expect(lineOf("DATABASE_URL", {})).toEqual(["DATABASE_URL", "-", "default"]);
  });

  it("hides users and passwords of URLs, however they are written, and shows the host", () => {
    const shown = (url: string) => lineOf("DATABASE_URL", { DATABASE_URL: url })?.[1];
    expect(shown("postgres://us:s3cret@db:5432/x?sslmode=require")).toBe(
      "postgres://***@db:5432/x?sslmode=require",
    );
    expect(shown("postgres://us:s3@c/ret@db/x")).toBe("postgres://***@db/x");
    expect(shown("postgres://db/x?password=s3cret&sslmode=require")).toBe(
      "postgres://db/x?password=***&sslmode=require",
    );
    const path = file("redis-secret", "redis+sentinel://:s3cret@a:1,b:2/main");
    expect(lineOf("REDIS_URL", { REDIS_URL_FILE: path })).toEqual([
      "REDIS_URL",
      "redis+sentinel://***@a:1,b:2/main",
      "file",
    ]);
  });
});

describe("the page of settings", () => {
  const page = readFileSync(new URL("../docs/configuration.md", import.meta.url), "utf8");

  it("is the one that the table makes", () => {
    expect(page).toBe(configurationPage());
  });

  it("has every setting once", () => {
    expect(settings.length).toBeGreaterThan(40);
    for (const { name } of settings) expect(page.split(`| \`${name}\` |`)).toHaveLength(2);
  });
});

describe("TLS", () => {
  const authority = makeAuthority("authority");
  const ours = authority.issue("orchestrator", ["DNS:orchestrator.test"]);
  const other = authority.issue("another", ["DNS:another.test"]);
  const parts = [
    ["ENGINE", "grpcs://a:1", "grpc://a:1"],
    ["DATABASE", "postgres://db/x", "postgres://db/x?sslmode=disable"],
    ["REDIS", "rediss://a:1", "redis://a:1"],
  ] as const;

  it("to engines is asked for by each one's URL", () => {
    const config = readConfig({ ENGINE_URL: "grpcs://a:1, grpc://b:2", ENGINE_SERVER_NAME: "engine.test" });
    expect(config.engines).toEqual(["a:1", "b:2"]);
    expect(config.engineTls).toEqual({ addresses: ["a:1"], serverName: "engine.test" });
    expect(problems({ ENGINE_URL: "grpcs://a:1,grpc://a:1" })).toEqual([
      "ENGINE_URL names an engine with TLS and without",
    ]);
    expect(problems({ ENGINE_URL: "grpcs://user:password@a:1" })).toEqual([
      "ENGINE_URL is not grpc://host:port[,…], or grpcs:// for TLS",
    ]);
  });

  it.each(parts)("to %s takes the contents of files", (part, url) => {
    const config = readConfig({
      [`${part}_URL`]: url,
      [`${part}_CA_FILE`]: authority.cert,
      [`${part}_CERT_FILE`]: ours.cert,
      [`${part}_KEY_FILE`]: ours.key,
    });
    const { engineTls, databaseTls, redisTls } = config;
    const tls = { ENGINE: engineTls, DATABASE: databaseTls, REDIS: redisTls }[part];
    const contents = { ca: authority.cert, cert: ours.cert, key: ours.key };
    for (const [name, path] of Object.entries(contents)) expect(tls).toHaveProperty(name, pem(path).trim());
  });

  it.each(parts)(
    "to %s refuses what is no certificate or key, not the key of it, or half of the two",
    (part, url) => {
      const names = [`${part}_CA_FILE`, `${part}_CERT_FILE`, `${part}_KEY_FILE`] as const;
      const [ca, cert, key] = names;
      const told = (given: NodeJS.ProcessEnv) => problems({ [`${part}_URL`]: url, ...given });
      expect(told({ [ca]: ours.key, [cert]: ours.key, [key]: ours.cert })).toEqual([
        `${ca} names a file that holds no certificate in PEM: ${ours.key}`,
        `${cert} names a file that holds no certificate in PEM: ${ours.key}`,
        `${key} names a file that holds no private key in PEM, without a passphrase: ${ours.cert}`,
      ]);
      expect(told({ [ca]: "/nowhere" })).toEqual([
        `${ca} names a file that cannot be read: /nowhere (ENOENT)`,
      ]);
      expect(told({ [cert]: ours.cert, [key]: other.key })).toEqual([
        `${key} is not the key of the certificate in ${cert}`,
      ]);
      expect(told({ [cert]: ours.cert })).toEqual([`${cert} needs ${key}`]);
      expect(told({ [key]: ours.key })).toEqual([`${key} needs ${cert}`]);
    },
  );

  it.each(parts)("to %s is not believed in where plain text is spoken", (part, _, plain) => {
    const ca = `${part}_CA_FILE`;
    expect(namesOf(problems({ [`${part}_URL`]: plain, [ca]: authority.cert }))).toEqual([ca]);
    expect(namesOf(problems({ [ca]: authority.cert }))).toEqual([ca]);
    expect(namesOf(problems({ [`${part}_URL`]: "nonsense", [ca]: authority.cert }))).toEqual([`${part}_URL`]);
  });
});
