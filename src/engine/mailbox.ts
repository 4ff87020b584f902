import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Begin, Command, RunPlan } from "./thread-messages.ts";

/**
 * The thread's end of the command line. A run is one long synchronous loop, so commands are fetched between
 * slices and never delivered by events; looking costs one atomic read while none is there.
 */
export class Mailbox {
  readonly #port: MessagePort;
  readonly #bell: Int32Array;
  #heard = -1;

  constructor(port: MessagePort, bell: SharedArrayBuffer) {
    this.#port = port;
    this.#bell = new Int32Array(bell);
  }

  /** Sleeps until the thread is given its run. */
  plan(): RunPlan {
    for (;;) {
      const rung = Atomics.load(this.#bell, 0);
      const begin: { message: Begin } | undefined = receiveMessageOnPort(this.#port);
      if (begin !== undefined) return begin.message.plan;
      Atomics.wait(this.#bell, 0, rung);
    }
  }

  /** Every command posted so far and not yet fetched, in order. */
  fetch(): Command[] {
    const rung = Atomics.load(this.#bell, 0);
    if (rung === this.#heard) return [];
    // Heard before the port is emptied: a command posted meanwhile rings again, and at worst finds it empty.
    this.#heard = rung;
    const commands: Command[] = [];
    for (
      let got = receiveMessageOnPort(this.#port);
      got !== undefined;
      got = receiveMessageOnPort(this.#port)
    ) {
      commands.push(got.message);
    }
    return commands;
  }

  /** Sleeps until a command comes, at most timeoutMs of wall time. */
  wait(timeoutMs: number): void {
    Atomics.wait(this.#bell, 0, this.#heard, timeoutMs);
  }
}

/** The other end: posts first and rings after, so that whoever hears the bell finds the command. */
export class CommandLine {
  readonly #port: MessagePort;
  readonly #bell: Int32Array;

  constructor(port: MessagePort, bell: SharedArrayBuffer) {
    this.#port = port;
    this.#bell = new Int32Array(bell);
  }

  send(message: Begin | Command): void {
    this.#port.postMessage(message);
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
  }

  close(): void {
    this.#port.close();
  }
}
