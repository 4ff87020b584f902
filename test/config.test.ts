import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";

function problems(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("the config", () => {
  it("is embedded and on loopback without any setting", () => {
    expect(readConfig({})).toMatchObject({
      port: 4000,
      host: "127.0.0.1",
      dataDir: ".data",
      databaseUrl: undefined,
      engines: undefined,
      designServiceUrl: undefined,
      corsOrigins: [],
    });
  });

  it("takes a setting that is empty for one that is not there", () => {
    expect(readConfig({ PORT: "", DATABASE_URL: "" })).toEqual(readConfig({}));
  });

  it("reads lists", () => {
    const config = readConfig({
      ENGINE_URL: "grpc://a:1, grpc://b:2,grpc://a:1",
      CORS_ORIGINS: "https://app.example.com, http://localhost:3000",
    });
    expect(config.engines).toEqual(["a:1", "b:2"]);
    expect(config.corsOrigins).toEqual(["https://app.example.com", "http://localhost:3000"]);
  });

  it("tells everything that is wrong at once, by the name of the setting", () => {
    const wrong = {
      PORT: "70000",
      HOST: "0.0.0.0",
      DATABASE_URL: "mysql://x",
      REDIS_URL: "http://x",
      ROLES: "api,everything",
      ENGINE_URL: "http://x",
      DESIGN_SERVICE_URL: "ftp://x",
      CORS_ORIGINS: "*",
      GRAPHIQL: "yes",
      LOG_LEVEL: "loud",
      FAILPOINT: "somewhere",
    };
    expect(problems(wrong).map((problem) => problem.split(" ")[0])).toEqual(Object.keys(wrong));
  });

  it("refuses a replica of one role what it would not share with the others", () => {
    const needs = (missing: string) => expect.stringMatching(new RegExp(`^ROLES.* needs ${missing}`));
    const database = { DATABASE_URL: "postgres://x" };
    expect(problems({ ROLES: "api" })).toEqual([needs("DATABASE_URL"), needs("ENGINE_URL")]);
    expect(problems({ ROLES: "owner", ...database })).toEqual([needs("ENGINE_URL")]);
    expect(readConfig({ ROLES: "owner", ...database, ENGINE_URL: "grpc://x:1" }).roles).toEqual(["owner"]);
    expect(readConfig({ ROLES: " owner , api " }).roles).toEqual(["owner", "api"]);
  });

  it("is documented in the README, every setting that is for users", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const source = readFileSync(new URL("../src/config.ts", import.meta.url), "utf8");
    const settings = [...source.matchAll(/^ {2}([A-Z_]+):/gm)].map((match) => match[1] ?? "");
    const internal = ["FAILPOINT"];
    expect(settings.length).toBeGreaterThan(10);
    for (const setting of settings.filter((name) => !internal.includes(name))) {
      expect(readme).toContain(`\`${setting}\``);
    }
  });
});
