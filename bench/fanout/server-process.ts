// A server under test: a process of its own, alone on its core.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cpuSeconds, residentBytes } from "../support/cpu.ts";
import { onTheServersCore } from "./processors.ts";

export interface ServerProgram {
  /** The Node that runs it; this one when left out. */
  readonly node?: string;
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The line of standard output that says that it is ready; the first group is its URL. */
  readonly ready: RegExp;
}

/** Bytes. */
export interface Memory {
  readonly resident: number;
  /** Of JavaScript, buffers included. */
  readonly heap: number;
}

export interface ServerProcess {
  /** http://host:port */
  readonly url: string;
  readonly port: number;
  /** CPU seconds so far, of all its threads. */
  cpu(): number;
  /** As it stands, bytes; nothing is collected. */
  resident(): number;
  /** After a full collection. */
  memory(): Promise<Memory>;
  /** The end of what it said, for people who wonder why it failed. */
  said(): string;
  readonly running: boolean;
  /** At once; nothing of it is left when this resolves. */
  kill(): Promise<void>;
}

const startWithinMs = 60_000;
const preload = join(import.meta.dirname, "preload.mjs");

export async function startServer(program: ServerProgram): Promise<ServerProcess> {
  const node = program.node ?? process.execPath;
  const [command, args] = onTheServersCore(node, ["--expose-gc", "--import", preload, ...program.args]);
  const { PATH = "", HOME = "", TMPDIR = "/tmp" } = process.env;
  const child = spawn(command, args, {
    cwd: program.cwd,
    env: { PATH, HOME, TMPDIR, NODE_ENV: "production", ...program.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let running = true;
  let said = "";
  const exited = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", () => {
      running = false;
      resolve();
    });
  });
  const hear = (text: string) => {
    said = (said + text).slice(-4_000);
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  const lines = createInterface({ input: child.stdout });
  const line = (pattern: RegExp, what: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const fail = () => {
        stop();
        reject(new Error(`${program.args.join(" ")} ${what}:\n${said}`));
      };
      const look = (text: string) => {
        const found = pattern.exec(text)?.[1];
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const timer = setTimeout(fail, startWithinMs);
      const stop = () => {
        clearTimeout(timer);
        lines.off("line", look);
      };
      lines.on("line", look);
      void exited.then(fail);
    });
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  const url = await line(program.ready, "is not ready").catch(async (error) => {
    await kill();
    throw error;
  });
  const pid = child.pid ?? -1;
  return {
    url,
    port: Number(new URL(url).port),
    cpu: () => cpuSeconds(pid),
    resident: () => residentBytes(pid),
    async memory() {
      const told = line(/^memory (.*)$/, "did not tell of its memory");
      child.kill("SIGUSR2");
      return memoryIn(await told);
    },
    said: () => said,
    get running() {
      return running;
    },
    kill,
  };
}

function memoryIn(text: string): Memory {
  const number = (name: string) => Number(new RegExp(`"${name}":(\\d+)`).exec(text)?.[1] ?? Number.NaN);
  return { resident: number("rss"), heap: number("heapUsed") + number("external") };
}
