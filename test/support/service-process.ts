// The real program as a process of its own, on a free loopback port.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** Standard error so far: the log. */
  log(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
}

export interface StartOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Rejects with what the process printed when it ends instead of listening. */
export async function startService({ dataDir, env = {} }: StartOptions): Promise<ServiceProcess> {
  const child = launch(dataDir, env);
  let out = "";
  let err = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    err = (err + text).slice(-200_000);
  });
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code ?? -1));
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      const found = /Health\s+(http:\/\/\S+)\/healthz/.exec(out)?.[1];
      if (found !== undefined) resolve(found);
    });
    void exited.then((how) => reject(new Error(`The service ended (${how}):\n${out}${err}`)));
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error("The service has no process id.");
  running.add(child);
  void exited.then((how) => {
    running.delete(child);
    // An end that no test asked for is explained by the log.
    if (how !== 0 && typeof how === "number")
      process.stderr.write(`The service ended (${how}):\n${err.slice(-4_000)}`);
  });
  return { url, pid, log: () => err, kill: (signal) => child.kill(signal), exited };
}

const running = new Set<ChildProcess>();

/** Ends every process that a test has left. */
export async function endServices(): Promise<void> {
  await Promise.all(
    [...running].map(
      (child) =>
        new Promise<void>((resolve) => {
          child.once("exit", () => resolve());
          child.kill("SIGKILL");
        }),
    ),
  );
}

// No test of ours listens on a known port or sees the developer's settings.
function launch(dataDir: string, env: Readonly<Record<string, string>>): ChildProcess {
  const { PATH, HOME, TMPDIR } = process.env;
  const inherited = Object.entries({ PATH, HOME, TMPDIR }).filter((entry) => entry[1] !== undefined);
  return spawn(process.execPath, ["launch.mjs", "src/main.ts"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...Object.fromEntries(inherited), PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "info", ...env },
  });
}

/** A folder that is gone when the callback's promise settles. */
export async function withDataFolder<T>(use: (dataDir: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "simulation-service-"));
  try {
    return await use(join(folder, "data"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
