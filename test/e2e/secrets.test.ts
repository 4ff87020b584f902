// Secrets stay with the program: whatever goes wrong, none is printed or logged.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { startRedis } from "../support/redis-server.ts";
import { endServices, startService, withDataFolder } from "../support/service-process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const secret = "s3cret%2Fwith%40signs";
afterAll(endServices);

/** Everything that the program says until it ends, and how it ends. */
async function told(env: Record<string, string>, args: readonly string[] = []) {
  const child = spawn(process.execPath, ["launch.mjs", "src/main.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", PORT: "0", LOG_LEVEL: "trace", NODE_ENV: "", ...env },
  });
  let text = "";
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
  }
  const [code] = await once(child, "close");
  return { code, text };
}

describe("a database that cannot be opened", () => {
  it("is told of without its password, which may be in a file", async () => {
    await withDataFolder(async (dataDir) => {
      const url = `postgres://ada:${secret}@127.0.0.1:${await freePort()}/x`;
      const file = join(dataDir, "..", "database-url");
      writeFileSync(file, `${url}\n`);
      for (const env of [{ DATABASE_URL: url }, { DATABASE_URL_FILE: file }]) {
        const { code, text } = await told({ ...env, ENGINE_URL: "grpc://127.0.0.1:1" });
        expect(code).toBe(1);
        expect(text).toMatch(/cannot start[\s\S]*ECONNREFUSED/);
        expect(text).not.toMatch(/s3cret|signs/);
      }
    });
  });

  it.each(["ada:s3cret@127.0.0.1:123456/x", "ada:s3cret/with@signs@127.0.0.1/x", "ada:s3cret@[signs/x"])(
    "is told of without its password where its URL cannot be read: %s",
    async (rest) => {
      const { code, text } = await told({ DATABASE_URL: `postgres://${rest}` });
      expect(code).toBe(2);
      expect(text).toMatch(/DATABASE_URL is no URL that can be read/);
      expect(text).not.toMatch(/s3cret|signs/);
    },
  );
});

it("the printed config shows where parts are, and no password", async () => {
  const env = { DATABASE_URL: `postgres://ada:${secret}@db/x`, REDIS_URL: `redis://:${secret}@cache:1` };
  const { code, text } = await told(env, ["--print-config"]);
  expect(code).toBe(0);
  expect(text).toMatch(/^DATABASE_URL +postgres:\/\/\*\*\*@db\/x +environment$/m);
  expect(text).toMatch(/^REDIS_URL +redis:\/\/\*\*\*@cache:1 +environment$/m);
  expect(text).not.toContain("s3cret");
});

it("bad settings are told all at once, without the secrets among them", async () => {
  const env = { PORT: "x", DATABASE_URL: `mysql://ada:${secret}@db/x`, REDIS_URL: `http://${secret}@h` };
  for (const args of [[], ["--print-config"]]) {
    const { code, text } = await told(env, args);
    expect(code).toBe(2);
    expect(text).toMatch(/3 problem[\s\S]*PORT[\s\S]*DATABASE_URL[\s\S]*REDIS_URL/);
    expect(text).not.toContain("s3cret");
  }
});

it("an argument that is not known ends the program with its usage", async () => {
  const { code, text } = await told({}, ["--database-url=x"]);
  expect(code).toBe(2);
  expect(text).toMatch(/--database-url[\s\S]*Usage: npm start/);
});

it("a Redis that refuses the password is told of in the log, without it", async () => {
  const redis = await startRedis(["requirepass another-password"]);
  await withDataFolder(async (dataDir) => {
    const url = redis.url.replace("//", `//:${secret}@`);
    const service = await startService({ dataDir, env: { REDIS_URL: url, LOG_LEVEL: "trace" } });
    await expect.poll(() => service.log(), { timeout: 60_000 }).toMatch(/Redis is not to be had/);
    service.kill("SIGTERM");
    expect(await service.exited).toBe(0);
    expect(service.log()).not.toContain("s3cret");
    expect(service.log()).not.toContain("signs");
  });
  await redis.kill();
});
