// The command line, taken apart and checked.
import { parseArgs } from "node:util";
import { usualTimeoutS } from "./api.ts";
import { messageOf, UsageError } from "./errors.ts";

export interface OptionHelp {
  /** The value's name in the help; left out: the option is a switch. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly text: string;
}

/** What a command takes. */
export interface Shape {
  /** Names of its arguments; all of them have to be there. */
  readonly arguments: readonly string[];
  /** Beside those that every command has. */
  readonly options: Readonly<Record<string, OptionHelp>>;
}

/** What every command has. */
export const commonOptions: Readonly<Record<string, OptionHelp>> = {
  url: { value: "URL", text: "the service (default: SIMULATION_URL, or http://127.0.0.1:4000)" },
  timeout: { value: "S", text: `how long an answer may take (default ${usualTimeoutS}; while watching 10)` },
  json: { text: "for scripts: one JSON object per line" },
  help: { text: "what this command does" },
};

/** Throws UsageError. */
export function parse(shape: Shape, args: readonly string[]): Options {
  const known = { ...shape.options, ...commonOptions };
  const config = Object.fromEntries(
    Object.entries(known).map(([name, { value, multiple = false }]) => [
      name,
      value === undefined ? { type: "boolean" as const } : { type: "string" as const, multiple },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: config, allowPositionals: true });
    const options = new Options(values, positionals);
    if (!options.on("help")) checkArguments(shape, positionals);
    return options;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // The first sentence says what is wrong; what follows is advice that does not fit here.
    throw new UsageError(messageOf(error).replace(/\. .*/s, ". `--help` says what there is."));
  }
}

function checkArguments(shape: Shape, given: readonly string[]): void {
  const missing = shape.arguments[given.length];
  if (missing !== undefined) throw new UsageError(`Give the ${missing}.`);
  const extra = given[shape.arguments.length];
  if (extra !== undefined) throw new UsageError(`There is one argument too many: ${extra}`);
}

const daySeconds = 86_400;

type Value = string | boolean | (string | boolean)[] | undefined;

export class Options {
  readonly #values: Readonly<Record<string, Value>>;
  readonly #arguments: readonly string[];

  constructor(values: Readonly<Record<string, Value>>, positionals: readonly string[]) {
    this.#values = values;
    this.#arguments = positionals;
  }

  argument(at: number): string {
    return this.#arguments[at] ?? "";
  }

  on(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter((it) => typeof it === "string") : [];
  }

  number(name: string): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : numberOf(value, `--${name}`);
  }

  /** A time to wait. */
  seconds(name: string): number | undefined {
    const value = this.number(name);
    if (value === undefined || (value >= 1 && value <= daySeconds)) return value;
    throw new UsageError(`--${name} is a number of seconds, from 1 to ${daySeconds}.`);
  }

  whole(name: string): number | undefined {
    const value = this.number(name);
    if (value === undefined || Number.isSafeInteger(value)) return value;
    throw new UsageError(`--${name} is a whole number.`);
  }
}

/** Not negative. */
export function numberOf(text: string, what: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new UsageError(`${what} is a number, 0 or more.`);
}

/** `key=value`, any number of them. */
export function labelsOf(texts: readonly string[]): Record<string, string> | undefined {
  if (texts.length === 0) return undefined;
  const pairs = texts.map((text): [string, string] => {
    const at = text.indexOf("=");
    if (at <= 0) throw new UsageError(`A label is key=value, not ${text}`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}
