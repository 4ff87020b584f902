// The embedded engine: the reference engine as a child process on a free loopback port. It ends when this process
// does, however that ends, since its standard input closes; and it is started again when it dies alone.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Log } from "../../core/ports/log.ts";

const startWithinMs = 20_000;
const restartMs = 100;
const restartMaxMs = 2_000;

export interface EngineChild {
  /** host:port; the same after a restart. */
  readonly address: string;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/** Throws when the engine cannot be started at all; later failures are logged and tried again. */
export async function startEngineChild(log: Log, args: readonly string[] = []): Promise<EngineChild> {
  let closed = false;
  let child: ChildProcess;
  let restarts = 0;
  let timer: NodeJS.Timeout | undefined;

  const first = await launch(0, args, log);
  const { address } = first;
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  keep(first.child);

  function keep(running: ChildProcess): void {
    child = running;
    running.once("exit", (code, signal) => {
      if (closed) return;
      log.warn({ code, signal }, "The embedded engine has ended; starting it again.");
      restart();
    });
  }

  function restart(): void {
    timer = setTimeout(
      async () => {
        try {
          const again = await launch(port, args, log);
          restarts = 0;
          if (closed) again.child.kill("SIGKILL");
          else keep(again.child);
        } catch (error) {
          log.error({ err: error }, "The embedded engine could not be started; trying again.");
          if (!closed) restart();
        }
      },
      Math.min(restartMaxMs, restartMs * 2 ** restarts++),
    );
  }

  return {
    address,
    get pid() {
      return child.pid;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await end(child);
    },
  };
}

async function launch(
  port: number,
  args: readonly string[],
  log: Log,
): Promise<{ child: ChildProcess; address: string }> {
  const suffix = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const program = fileURLToPath(new URL(`../../engine/main.${suffix}`, import.meta.url));
  const nodeFlags = ["--disable-warning=ExperimentalWarning"];
  const engineArgs = ["--end-with-parent", "--port", String(port), ...args];
  // In a process group of its own: a terminal's Ctrl-C is for this process, which then drains in order.
  const child = spawn(process.execPath, [...nodeFlags, program, ...engineArgs], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
    env: engineEnvironment(),
  });
  try {
    const address = await listening(child);
    log.debug({ address, pid: child.pid }, "The embedded engine listens.");
    return { child, address };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

function engineEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, NODE_OPTIONS, LOG_LEVEL } = process.env;
  const given = { PATH, HOME, TMPDIR, NODE_OPTIONS, ENGINE_LOG_LEVEL: LOG_LEVEL ?? "warn" };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

// The one line that the engine prints when it is ready.
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The engine did not listen within ${startWithinMs / 1000} s.`)),
      startWithinMs,
    );
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`The engine ended with exit code ${code} while starting.`)),
    );
    if (child.stdout === null) return reject(new Error("The engine has no standard output."));
    createInterface({ input: child.stdout }).once("line", (line) => {
      clearTimeout(timer);
      child.removeAllListeners("exit");
      try {
        resolve(addressIn(line));
      } catch (error) {
        reject(error);
      }
    });
  });
}

function addressIn(line: string): string {
  const said: unknown = JSON.parse(line);
  if (
    typeof said === "object" &&
    said !== null &&
    "listening" in said &&
    typeof said.listening === "string"
  ) {
    return said.listening;
  }
  throw new Error(`The engine said "${line.slice(0, 200)}" instead of where it listens.`);
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill("SIGKILL"), 2_000);
    child.once("exit", () => {
      clearTimeout(force);
      resolve();
    });
    child.stdin?.end();
  });
}
