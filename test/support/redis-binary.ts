// Where a Redis server for tests comes from.
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { unpackedProgram, unpackPackages } from "./debian-packages.ts";

export interface RedisBinary {
  readonly program: string;
  /** The same program serves or checks a file, by the name that it is called by. */
  readonly argv0: string;
  readonly environment: Readonly<Record<string, string>>;
}

const path = "usr/bin/redis-check-rdb";
const packages = [
  "redis-tools",
  "libjemalloc2",
  "liblua5.1-0",
  "liblzf1",
  "libhiredis0.14",
  "lua-cjson",
  "lua-bitop",
];

/**
 * TEST_REDIS_BIN, else redis-server, valkey-server or (the same program) redis-check-rdb on PATH, else (on Debian)
 * the package redis-tools, unpacked into a cache of this project. Throws one error that says how to bring it.
 */
export function redisBinary(): RedisBinary {
  const named = process.env.TEST_REDIS_BIN;
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`TEST_REDIS_BIN names no file: ${named}`);
    return { program: named, argv0: "redis-server", environment: {} };
  }
  return onPath() ?? unpacked() ?? fromPackages();
}

function onPath(): RedisBinary | undefined {
  for (const name of ["redis-server", "valkey-server", "redis-check-rdb", "valkey-check-rdb"]) {
    const folder = (process.env.PATH ?? "").split(delimiter).find((one) => existsSync(join(one, name)));
    if (folder === undefined) continue;
    const argv0 = name.replace("check-rdb", "server");
    return { program: realpathSync(join(folder, name)), argv0, environment: {} };
  }
  return undefined;
}

function unpacked(): RedisBinary | undefined {
  const found = unpackedProgram("redis", path);
  return found === undefined ? undefined : { ...found, argv0: "redis-server" };
}

function fromPackages(): RedisBinary {
  const missing =
    "No Redis for the tests: install redis-server or valkey-server (or, on Debian, redis-tools), or set " +
    "TEST_REDIS_BIN to the program.";
  return { ...unpackPackages("redis", path, packages, missing), argv0: "redis-server" };
}
