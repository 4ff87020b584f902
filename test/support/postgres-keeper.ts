// Runs a throwaway Postgres server for as long as its own standard input is open, so that the server ends with
// the test run, however that ends. Prints the server's URL as its first line. The data is not kept safe (fsync
// off); nothing outlives the run.
//
// A line on standard input is a fault to make, answered by the same line when it is made:
//     kill     at once, without waiting for its clients (SIGQUIT)
//     start    again, on the same port and data; after the recovery
//     freeze   SIGSTOP to the server and all its sessions; `thaw` undoes it
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { postgresBinaries } from "./postgres-binaries.ts";

/** Postgres refuses to run as root. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const readyLine = "database system is ready to accept connections";

const scratch = mkdtempSync(join(tmpdir(), "simulation-postgres-"));
let server: ChildProcess | null = null;
let ending = false;
const orders = createInterface({ input: process.stdin });
orders.on("close", end);
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
await start();
process.stdout.write(`postgres://postgres@127.0.0.1:${port}/postgres\n`);
orders.on("line", (order) => void obey(order).then(() => process.stdout.write(`${order}\n`)));

async function obey(order: string): Promise<void> {
  if (order === "kill") await kill();
  else if (order === "start") await start();
  else if (order === "freeze") signalAll("SIGSTOP");
  else if (order === "thaw") signalAll("SIGCONT");
  else throw new Error(`No such order: ${order}`);
}

/** Resolves when it takes connections. */
async function start(): Promise<void> {
  const starting = spawn(
    join(binaries, "postgres"),
    ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    { ...nobody, cwd: data, stdio: ["ignore", "ignore", "pipe"] },
  );
  server = starting;
  let said = "";
  await new Promise<void>((resolve) => {
    starting.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-20_000);
      if (said.includes(readyLine)) resolve();
    });
    starting.on("exit", () => {
      server = null;
      if (!said.includes(readyLine)) {
        process.stderr.write(said);
        process.exitCode = 1;
        end();
      } else if (ending) end();
      resolve();
    });
  });
}

async function kill(): Promise<void> {
  if (server === null) return;
  const exited = once(server, "exit");
  server.kill("SIGQUIT");
  await exited;
}

/** Its sessions are in groups of their own: they are found as its children. */
function signalAll(signal: NodeJS.Signals): void {
  const pid = server?.pid;
  if (pid === undefined) return;
  for (const one of [pid, ...childrenOf(pid)]) {
    try {
      process.kill(one, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => statusOf(name).includes(`\nPPid:\t${pid}\n`))
    .map(Number);
}

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

/** SIGQUIT: at once, without waiting for its clients. */
function end(): void {
  ending = true;
  if (server === null) {
    rmSync(scratch, { recursive: true, force: true });
    process.exit();
  }
  signalAll("SIGCONT");
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
