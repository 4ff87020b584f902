// What a command is.
import type { Api } from "../api.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import type { Options, Shape } from "../options.ts";

export interface Command extends Shape {
  readonly name: string;
  /** What follows the name, for the help. */
  readonly usage: string;
  readonly summary: string;
  run(call: Call): Promise<ExitCode>;
}

export interface Call {
  readonly api: Api;
  readonly io: Io;
  readonly options: Options;
  readonly json: boolean;
}
