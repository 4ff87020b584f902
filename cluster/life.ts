// A program that is started again and again, always at the same address.
import { type Program, type ProgramOptions, startProgram } from "./programs.ts";

export interface Member {
  readonly name: string;
  /** Counts its starts, from 1. */
  readonly life: number;
  readonly pid: number;
  readonly running: boolean;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: its sockets stay open, and nothing is said on them. */
  freeze(): void;
  thaw(): void;
  /** SIGTERM; resolves, when it has ended, with the exit code or the signal. */
  end(): Promise<number | NodeJS.Signals>;
  /** Resolves when the present life is over, whatever ends it. */
  died(): Promise<number | NodeJS.Signals>;
}

export class Life implements Member {
  readonly name: string;
  life = 0;
  #program: Program | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get pid(): number {
    return this.#program?.pid ?? -1;
  }

  get running(): boolean {
    return this.#program?.running ?? false;
  }

  /** Answers what its ready line said. */
  async begin(options: ProgramOptions): Promise<string> {
    if (this.running) throw new Error(`${this.name} runs already.`);
    this.life += 1;
    this.#program = await startProgram(options);
    return this.#program.ready;
  }

  async kill(): Promise<void> {
    this.#program?.signal("SIGKILL");
    await this.died();
  }

  freeze(): void {
    this.#program?.signal("SIGSTOP");
  }

  thaw(): void {
    this.#program?.signal("SIGCONT");
  }

  async end(): Promise<number | NodeJS.Signals> {
    this.#program?.signal("SIGTERM");
    return this.died();
  }

  async died(): Promise<number | NodeJS.Signals> {
    return (await this.#program?.exited) ?? 0;
  }
}
