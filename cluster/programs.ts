// Programs as processes of their own, which say on standard output when they are ready.
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";

export interface ProgramOptions {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The line of standard output that says that it is ready; its first group is what `started` answers. */
  readonly ready: RegExp;
  readonly startWithinMs: number;
  /** Standard error is added to this file. */
  readonly logFile: string;
  /** It ends when this process does: by a standard input that closes, or by itself. */
  readonly stdin: "pipe" | "ignore";
}

export interface Program {
  readonly pid: number;
  /** What the ready line said. */
  readonly ready: string;
  signal(name: NodeJS.Signals): void;
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly running: boolean;
  /** Closes standard input. */
  closeInput(): void;
}

/** Rejects with the end of what the program said, where it ends or hangs instead of being ready. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const child = launch(options);
  let running = true;
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("exit", (code, signal) => {
      running = false;
      resolve(signal ?? code ?? -1);
    });
  });
  const ready = await readiness(child, exited, options);
  return {
    pid: child.pid ?? -1,
    ready,
    signal: (name) => void child.kill(name),
    exited,
    get running() {
      return running;
    },
    closeInput: () => void child.stdin?.end(),
  };
}

// In a process group of its own: a terminal's Ctrl-C is for the launcher, which then ends everything in order.
function launch({ cwd, args, env, logFile, stdin }: ProgramOptions): ChildProcess {
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { ...inherited(), ...env },
    stdio: [stdin, "pipe", "pipe"],
    detached: true,
  });
  child.stderr?.pipe(createWriteStream(logFile, { flags: "a" }));
  child.stdin?.on("error", () => {});
  return child;
}

/** Of the launcher's environment only what a program needs: no settings of the service. */
function inherited(): Record<string, string> {
  const { PATH, HOME, TMPDIR } = process.env;
  return Object.fromEntries(
    Object.entries({ PATH, HOME, TMPDIR }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

function readiness(
  child: ChildProcess,
  exited: Promise<number | NodeJS.Signals>,
  { ready, startWithinMs, args, logFile }: ProgramOptions,
): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("Its output is not to be had.");
  let said = "";
  const hear = (text: Buffer) => {
    said = (said + String(text)).slice(-4_000);
  };
  stderr.on("data", hear);
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${args.join(" ")} ${why} (see ${logFile}):\n${said}`));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`was not ready within ${startWithinMs / 1000} s`);
    }, startWithinMs);
    child.once("error", reject);
    void exited.then((how) => {
      clearTimeout(timer);
      fail(`ended (${how}) instead of being ready`);
    });
    createInterface({ input: stdout }).on("line", (line) => {
      const found = ready.exec(line)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      stderr.off("data", hear);
      resolve(found);
    });
  });
}
