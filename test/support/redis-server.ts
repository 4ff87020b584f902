// A real Redis server of a test's own, on a free loopback port, which ends with the test run, however that ends.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "./free-port.ts";
import { redisBinary } from "./redis-binary.ts";

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** SIGSTOP: takes connections, says nothing. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** On the same port, empty. */
  start(): Promise<void>;
  /** One command in the inline protocol; answers the raw reply. */
  command(text: string): Promise<string>;
}

/** `settings`: redis.conf directives, "name value". */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  let running = await run(port, settings);
  const signal = (name: NodeJS.Signals) => process.kill(running.pid, name);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    async kill() {
      if (running.keeper.exitCode !== null) return;
      const exited = once(running.keeper, "exit");
      running.keeper.stdin?.end();
      await exited;
    },
    async start() {
      running = await run(port, settings);
    },
    command: (text) => redisCommand(port, text),
  };
}

interface Running {
  readonly keeper: ChildProcess;
  readonly pid: number;
}

async function run(port: number, settings: readonly string[]): Promise<Running> {
  const { program, argv0, environment } = redisBinary();
  const flags = ["bind 127.0.0.1", `port ${port}`, 'save ""', "appendonly no", "daemonize no", ...settings];
  const args = flags.flatMap((flag) => {
    const [name = "", ...values] = flag.split(" ");
    return [`--${name}`, values.join(" ").replaceAll('"', "")];
  });
  const keeper = spawn(process.execPath, [join(import.meta.dirname, "kept.ts"), argv0, program, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...environment },
    // A replica keeps a copy there.
    cwd: scratch(),
  });
  let said = "";
  let pid = 0;
  keeper.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-5_000);
  });
  for await (const line of createInterface(keeper.stdout)) {
    if (pid === 0) pid = Number(line);
    said = (said + line).slice(-5_000);
    if (/ready to accept connections/i.test(line)) {
      keeper.stdout.resume();
      return { keeper, pid };
    }
  }
  throw new Error(`Redis did not start: ${said}`);
}

let made: string | undefined;

/** A folder that is gone with the test run. */
function scratch(): string {
  if (made !== undefined) return made;
  const folder = mkdtempSync(join(tmpdir(), "simulation-redis-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  made = folder;
  return folder;
}

/** One command in the inline protocol to whatever speaks Redis's protocol there; answers the raw reply. */
export function redisCommand(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${text}\r\n`));
    socket.setEncoding("utf8");
    socket.once("data", (reply) => {
      resolve(String(reply));
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
