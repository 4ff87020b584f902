import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { CommandLine } from "./mailbox.ts";
import type { Command, Report, RunPlan, ThreadData } from "./thread-messages.ts";

/** The worker lies beside this file, unbuilt or built. */
const workerUrl = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

/** Compiled once, loaded by every thread after: a third of the time to begin, and half of the memory. */
const compileCache = process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), "node-compile-cache");

export interface ThreadListener {
  /** In the order in which the thread said it. */
  readonly onReport: (report: Report) => void;
  /** The thread is gone without having told an ending: it threw, ran out of memory, or could not begin. */
  readonly onCrash: (error: Error) => void;
}

/** One run's worker thread, made before the run is known. Its failures reach the listener and nobody else. */
export class RunThread {
  readonly #worker: Worker;
  readonly #commands: CommandLine;
  #listener: ThreadListener | undefined;
  #crash: Error | undefined;

  constructor(memoryMb: number) {
    const { port1, port2 } = new MessageChannel();
    const bell = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const data: ThreadData = { port: port2, bell };
    this.#commands = new CommandLine(port1, bell);
    this.#worker = new Worker(workerUrl, {
      workerData: data,
      transferList: [port2],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    this.#worker.on("message", (report: Report) => this.#listener?.onReport(report));
    this.#worker.on("error", (error) => this.#crashed(error));
    this.#worker.on("exit", (code) => {
      this.#crashed(new Error(`the run's thread ended with code ${code}`));
      this.#commands.close();
    });
  }

  /** It can be given a run; false once it is gone. */
  get usable(): boolean {
    return this.#crash === undefined;
  }

  /** Gives the thread its run; once. */
  begin(plan: RunPlan, listener: ThreadListener): void {
    this.#listener = listener;
    this.#commands.send({ kind: "begin", plan });
  }

  send(command: Command): void {
    this.#commands.send(command);
  }

  /** Ends the thread at once, in the middle of whatever it does; nothing it says is heard any more. */
  kill(): void {
    this.#listener = undefined;
    this.#worker.terminate().catch(() => {});
  }

  #crashed(thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#crash ??= error;
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onCrash(error);
  }
}
