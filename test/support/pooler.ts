// A real PgBouncer in transaction mode before a test's database, on a free loopback port, with few sessions, so that
// each transaction may get another one. It ends with the test run, however that ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type UnpackedProgram, unpackedProgram, unpackPackages } from "./debian-packages.ts";
import { freePort } from "./free-port.ts";

export interface Pooler {
  /** The same database, through it. */
  readonly url: string;
  /** SIGKILL; resolves when it is gone. */
  end(): Promise<void>;
}

/** `settings`: lines of pgbouncer.ini beside what makes it run. */
export async function startPooler(database: string, settings: readonly string[] = []): Promise<Pooler> {
  const { hostname, port: databasePort, username, password, pathname } = new URL(database);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "simulation-pooler-"));
  const users = join(folder, "users");
  const config = join(folder, "pgbouncer.ini");
  writeFileSync(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`, {
    mode: 0o644,
  });
  writeFileSync(
    config,
    [
      "[databases]",
      `* = host=${hostname} port=${databasePort || 5432}`,
      "[pgbouncer]",
      "pool_mode = transaction",
      "default_pool_size = 4",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "unix_socket_dir =",
      "auth_type = trust",
      `auth_file = ${users}`,
      // It refuses to run as root.
      ...(process.getuid?.() === 0 ? ["user = nobody"] : []),
      ...settings,
    ].join("\n"),
  );
  const { program, environment } = poolerBinary();
  const keeper = spawn(
    process.execPath,
    [join(import.meta.dirname, "kept.ts"), "pgbouncer", program, config],
    { stdio: ["pipe", "ignore", "pipe"], env: { ...process.env, ...environment } },
  );
  let said = "";
  await new Promise<void>((resolve, reject) => {
    keeper.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-5_000);
      if (said.includes("process up")) resolve();
    });
    keeper.once("exit", () => reject(new Error(`PgBouncer did not start: ${said}`)));
  });
  const url = new URL(database);
  url.host = `127.0.0.1:${port}`;
  url.pathname = pathname;
  return {
    url: url.href,
    async end() {
      if (keeper.exitCode === null) {
        const exited = once(keeper, "exit");
        keeper.stdin.end();
        await exited;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const path = "usr/sbin/pgbouncer";

/**
 * TEST_PGBOUNCER_BIN, else pgbouncer on PATH, else (on Debian) the package, unpacked into a cache of this project.
 * Throws one error that says how to bring it.
 */
function poolerBinary(): UnpackedProgram {
  const named = process.env.TEST_PGBOUNCER_BIN;
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`TEST_PGBOUNCER_BIN names no file: ${named}`);
    return { program: named, environment: {} };
  }
  const folder = (process.env.PATH ?? "").split(delimiter).find((one) => existsSync(join(one, "pgbouncer")));
  if (folder !== undefined) return { program: join(folder, "pgbouncer"), environment: {} };
  const missing =
    "No PgBouncer for the tests: install pgbouncer (on Debian it is downloaded), or set TEST_PGBOUNCER_BIN to the " +
    "program.";
  const packages = ["pgbouncer", "libevent-2.1-7", "libc-ares2"];
  return unpackedProgram("pgbouncer", path) ?? unpackPackages("pgbouncer", path, packages, missing);
}
