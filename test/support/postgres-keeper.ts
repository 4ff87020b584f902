// Runs a throwaway Postgres server for as long as its own standard input is open, so that the server ends with
// the test run, however that ends. Prints the server's URL as its first line. The data is not kept safe (fsync
// off); nothing outlives the run.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { postgresBinaries } from "./postgres-binaries.ts";

/** Postgres refuses to run as root. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

const scratch = mkdtempSync(join(tmpdir(), "simulation-postgres-"));
let server: ChildProcess | null = null;
process.stdin.on("end", end).resume();
process.on("SIGTERM", end);
process.on("SIGINT", end);

const binaries = postgresBinaries(scratch);
const data = join(scratch, "data");
mkdirSync(data);
if (nobody.uid !== undefined) {
  chmodSync(scratch, 0o755);
  chownSync(data, nobody.uid, nobody.gid);
}
await promisify(execFile)(
  join(binaries, "initdb"),
  ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
  { ...nobody, cwd: data, env: { ...process.env, LC_ALL: "C" } },
);
const port = await freePort();
const settings = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "fsync=off",
  "full_page_writes=off",
  "max_connections=200",
  ...(process.env.TEST_POSTGRES_SETTINGS ?? "").split(" ").filter((setting) => setting !== ""),
];
server = spawn(
  join(binaries, "postgres"),
  ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
  { ...nobody, cwd: data, stdio: ["ignore", "ignore", "pipe"] },
);
const ready = "database system is ready to accept connections";
let said = "";
server.stderr?.setEncoding("utf8").on("data", (text: string) => {
  const wasReady = said.includes(ready);
  said = (said + text).slice(-20_000);
  if (!wasReady && said.includes(ready))
    process.stdout.write(`postgres://postgres@127.0.0.1:${port}/postgres\n`);
});
server.on("exit", () => {
  if (!said.includes(ready)) process.stderr.write(said);
  rmSync(scratch, { recursive: true, force: true });
  process.exit(said.includes(ready) ? 0 : 1);
});

/** SIGQUIT: at once, without waiting for its clients. */
function end(): void {
  if (server === null) {
    rmSync(scratch, { recursive: true, force: true });
    process.exit(0);
  }
  server.kill("SIGQUIT");
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
}
