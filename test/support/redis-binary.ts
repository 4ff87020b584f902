// Where a Redis server for tests comes from.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface RedisBinary {
  readonly program: string;
  /** The same program serves or checks a file, by the name that it is called by. */
  readonly argv0: string;
  readonly environment: Readonly<Record<string, string>>;
}

const cache = join(import.meta.dirname, "../../node_modules/.cache/redis");
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
  const program = join(cache, "usr/bin/redis-check-rdb");
  if (!existsSync(program)) return undefined;
  const libraries = readdirSync(join(cache, "usr/lib"))
    .filter((one) => one.includes("-linux-"))
    .map((one) => join(cache, "usr/lib", one));
  return { program, argv0: "redis-server", environment: { LD_LIBRARY_PATH: libraries.join(":") } };
}

function fromPackages(): RedisBinary {
  const missing =
    "No Redis for the tests: install redis-server or valkey-server (or, on Debian, redis-tools), or set " +
    "TEST_REDIS_BIN to the program.";
  if (!existsSync("/usr/bin/apt-get") || !existsSync("/usr/bin/dpkg-deb")) throw new Error(missing);
  const archives = join(cache, "archives");
  mkdirSync(archives, { recursive: true });
  try {
    download(archives);
    for (const archive of readdirSync(archives)) {
      execFileSync("dpkg-deb", ["-x", join(archives, archive), cache], { stdio: "pipe" });
    }
  } catch (error) {
    throw new Error(`${missing} Downloading redis-tools failed.`, { cause: error });
  }
  const found = unpacked();
  if (found === undefined) throw new Error(`${missing} The package redis-tools brought no program.`);
  return found;
}

// The lists of packages may be absent on a new machine; only root may bring them.
function download(archives: string): void {
  const get = () => execFileSync("apt-get", ["download", ...packages], { cwd: archives, stdio: "pipe" });
  try {
    get();
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    execFileSync("apt-get", ["update"], { stdio: "pipe" });
    get();
  }
}
