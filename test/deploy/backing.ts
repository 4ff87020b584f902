// What a deployment needs beside our programs: a database, a Redis that wants the deployment's password, the secrets
// of dev-secrets.mjs with the places of both in them, and a token that dev-token.mjs has signed.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverDatabase } from "../support/postgres.ts";
import { startRedis } from "../support/redis-server.ts";
import { root } from "./dockerfile.ts";

export interface Backing {
  readonly folder: string;
  /** The folder of secrets: database-url, redis-url, auth-public-key.pem and more. */
  readonly secrets: string;
  readonly token: string;
  close(): Promise<void>;
}

export async function startBacking(): Promise<Backing> {
  const folder = mkdtempSync(join(tmpdir(), "simulation-deployment-"));
  const secrets = join(folder, "secrets");
  execFileSync(process.execPath, [join(root, "deploy/dev-secrets.mjs"), secrets]);
  const read = (name: string) => readFileSync(join(secrets, name), "utf8");
  const settings = read("redis.conf").trim().split("\n");
  const own = settings.filter((line) => /^(maxmemory|requirepass) /.test(line));
  const [database, redis] = await Promise.all([serverDatabase(), startRedis(own)]);
  overwrite(join(secrets, "database-url"), database.url);
  overwrite(join(secrets, "redis-url"), read("redis-url").replace("@redis:6379", `@127.0.0.1:${redis.port}`));
  const signing = [join(root, "deploy/dev-token.mjs"), "--secrets", secrets];
  const token = execFileSync(process.execPath, signing, { encoding: "utf8" }).trim();
  return {
    folder,
    secrets,
    token,
    async close() {
      await redis.kill();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function overwrite(file: string, text: string): void {
  chmodSync(file, 0o600);
  writeFileSync(file, text);
}
