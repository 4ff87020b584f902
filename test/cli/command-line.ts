// The command line as its users start it: through the bin, as a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export class CommandLine {
  out = "";
  err = "";
  readonly finished: Promise<Finished>;
  readonly #child: ChildProcess;
  #changed: () => void = () => undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
      this.#changed();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
      this.#changed();
    });
    this.finished = new Promise((resolve) => {
      child.once("close", (code) => {
        this.#changed();
        resolve({ code, out: this.out, err: this.err });
      });
    });
  }

  /** Rejects when the command ends before. */
  async until(holds: (command: CommandLine) => boolean): Promise<void> {
    while (!holds(this)) {
      if (this.#child.exitCode !== null) throw new Error(`It has ended:\n${this.out}\n${this.err}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  /** What was written so far, line by line, without one that is not whole yet. */
  lines(): string[] {
    return this.out.split("\n").slice(0, -1);
  }

  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Keys on its terminal. */
  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }
}

function environment(url: string): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, TERM: "xterm", SIMULATION_URL: url };
}

export function open(url: string, args: readonly string[]): CommandLine {
  const stdio = ["ignore", "pipe", "pipe"] as const;
  return new CommandLine(
    spawn(process.execPath, ["simulation.mjs", ...args], {
      cwd: root,
      env: environment(url),
      stdio: [...stdio],
    }),
  );
}

export function call(url: string, ...args: readonly string[]): Promise<Finished> {
  return open(url, args).finished;
}

/** On a terminal of its own, of that size; `out` is what it shows, standard error included. */
export function openOnTerminal(
  url: string,
  args: readonly string[],
  columns: number,
  rows: number,
): CommandLine {
  const command = [process.execPath, "simulation.mjs", ...args].map((it) => `'${it}'`).join(" ");
  const sized = `stty cols ${columns} rows ${rows}; exec ${command}`;
  return new CommandLine(
    spawn("script", ["-qec", sized, "/dev/null"], {
      cwd: root,
      env: { ...environment(url), SHELL: "/bin/sh" },
      stdio: ["pipe", "pipe", "pipe"],
    }),
  );
}
