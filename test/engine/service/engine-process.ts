import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The program's path. */
export const main = fileURLToPath(new URL("../../../src/engine/main.ts", import.meta.url));

/** The engine program as a child, as the service starts it. */
export class EngineProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly address: string;
  readonly engineInstanceId: string;

  private constructor(child: ChildProcessWithoutNullStreams, line: string) {
    const { listening, engineInstanceId } = JSON.parse(line);
    this.child = child;
    this.address = listening;
    this.engineInstanceId = engineInstanceId;
  }

  static async start(...args: string[]): Promise<EngineProcess> {
    const child = spawn(process.execPath, [main, "--end-with-parent", "--log-level", "error", ...args]);
    child.stderr.pipe(process.stderr);
    const lines = createInterface({ input: child.stdout });
    const [line] = await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(([code]) => Promise.reject(new Error(`the engine ended with code ${code}`))),
    ]);
    return new EngineProcess(child, line);
  }

  /** Closes its standard input, as the death of the parent does; the exit code. */
  async end(): Promise<number | null> {
    const exited = this.exited();
    this.child.stdin.end();
    return exited;
  }

  async exited(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
    return this.child.exitCode;
  }
}
