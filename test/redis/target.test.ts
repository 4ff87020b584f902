import { describe, expect, it } from "vitest";
import { describeRedis, redisTarget } from "../../src/redis/target.ts";

const nobody = { username: undefined, password: undefined, tls: undefined };

describe("REDIS_URL", () => {
  it("names one server, and is passed on as it is", () => {
    for (const url of ["redis://h", "rediss://u:p@h:1/2?family=6", "redis://:p@[::1]:7"]) {
      expect(redisTarget(url)).toEqual({
        kind: "single",
        url,
        tls: url.startsWith("rediss") ? {} : undefined,
      });
    }
  });

  it("names Sentinels and their master, with standard ports", () => {
    expect(redisTarget("redis+sentinel://a:1,b/main")).toEqual({
      kind: "sentinel",
      nodes: [
        { host: "a", port: 1 },
        { host: "b", port: 26_379 },
      ],
      master: "main",
      ...nobody,
    });
  });

  it("names the nodes of a Cluster, with standard ports", () => {
    expect(redisTarget("rediss+cluster://[::1]:1,b")).toEqual({
      kind: "cluster",
      nodes: [
        { host: "::1", port: 1 },
        { host: "b", port: 6_379 },
      ],
      ...nobody,
      tls: {},
    });
  });

  it("holds user and password as a URL writes them", () => {
    expect(redisTarget("redis+cluster://ada:p%40ss%2F%3A@h")).toMatchObject({
      username: "ada",
      password: "p@ss/:",
    });
    expect(redisTarget("redis+cluster://:secret@h")).toMatchObject({
      username: undefined,
      password: "secret",
    });
  });

  it.each([
    "http://:secret@h",
    "redis://",
    "redis+ring://:secret@h",
    "redis://:secret@h:port",
    "redis://:secret@h:65536",
    "redis://:secret%@h",
    "redis+cluster://:secret@h:port",
    "redis+cluster://:secret@h:123456",
    "redis+cluster://:secret@h:65536",
    "redis+cluster://:secret@a,,b",
    "redis+cluster://:secret%@h",
    "redis+sentinel://:secret@h",
    "redis+sentinel://:secret@h/",
    "redis+sentinel://:pass@h/secret%",
  ])("is refused where it cannot be read, without being repeated: %s", (url) => {
    let refusal: unknown;
    try {
      redisTarget(url);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: "BAD_INPUT" });
    expect(String(refusal)).toContain("REDIS_URL");
    expect(String(refusal)).not.toContain("secret");
  });
});

describe("for people", () => {
  it.each([
    ["redis://ada:secret@h:1/2?password=secret", "redis://h:1/2"],
    ["rediss://:secret@h", "rediss://h"],
    ["redis+sentinel://ada:secret@a:1,b:2/main?x=secret", "redis+sentinel://a:1,b:2/main"],
    ["rediss+cluster://:secret@a,b:2", "rediss+cluster://a,b:2"],
  ])("%s has no user, no password and no query", (url, described) => {
    expect(describeRedis(url)).toBe(described);
  });

  it("what cannot be read is not repeated", () => {
    expect(() => describeRedis("secret")).toThrow(/^REDIS_URL is not/);
  });
});
