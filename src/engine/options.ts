import { parseArgs } from "node:util";
import { defaultLimits, type Limits } from "./limits.ts";
import type { TlsFiles } from "./tls.ts";

/** What the engine program was asked to do. */
export interface Options {
  /** Address to listen on; loopback unless told otherwise, since the contract has no authentication. */
  readonly host: string;
  /** 0 = any free port; the line on stdout tells which. */
  readonly port: number;
  /** End at once when standard input closes: how a child dies with its parent. */
  readonly endWithParent: boolean;
  /** pino level of the log on stderr. */
  readonly logLevel: string;
  /** Where every accepted command is written down; null: nowhere. */
  readonly ledger: string | null;
  /** Null: in plain text. */
  readonly tls: TlsFiles | null;
  readonly help: boolean;
  readonly limits: Limits;
}

/** Options that name a number: the limit that each sets, and what it means. */
const numbers: Record<string, { limit: keyof Limits; meaning: string }> = {
  capacity: { limit: "capacity", meaning: "runs at a time" },
  "orphan-timeout-ms": { limit: "orphanTimeoutMs", meaning: "wall time without the owner until a run ends" },
  "window-events": { limit: "windowEvents", meaning: "unacknowledged events per run" },
  "window-bytes": { limit: "windowBytes", meaning: "bytes of unacknowledged events per run" },
  "ended-runs": { limit: "endedRuns", meaning: "terminal runs kept" },
  "ended-ms": { limit: "endedMs", meaning: "wall time for which a terminal run is kept" },
  "ended-bytes": { limit: "endedBytes", meaning: "bytes of events of terminal runs kept" },
  fences: { limit: "fences", meaning: "forgotten simulations whose tokens and tombstones are kept" },
  "fence-ms": { limit: "fenceMs", meaning: "wall time for which those are kept" },
  "max-wall-ms": { limit: "maxWallMs", meaning: "wall time of a run whose config names no bound" },
  "run-memory-mb": { limit: "runMemoryMb", meaning: "heap of one run's thread" },
  "drain-ms": { limit: "drainMs", meaning: "wall time from SIGTERM to the end" },
};

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

/** A mistake in the arguments or the environment; the message is meant for whoever typed it. */
export class OptionsError extends Error {}

/**
 * Reads `--name value`, and where it is missing the environment's ENGINE_NAME (ENGINE_ORPHAN_TIMEOUT_MS).
 * @throws OptionsError naming the option, what it was given and what it takes.
 */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Options {
  const given = parse(args);
  const text = (name: string, fallback: string): string =>
    given[name] ?? environment[environmentName(name)] ?? fallback;

  const limits: Record<keyof Limits, number> = { ...defaultLimits };
  for (const [name, { limit }] of Object.entries(numbers)) {
    limits[limit] = wholeNumber(name, text(name, String(defaultLimits[limit])), 1, Number.MAX_SAFE_INTEGER);
  }
  const logLevel = text("log-level", "info");
  if (!logLevels.includes(logLevel)) {
    throw new OptionsError(`--log-level: "${logLevel}" is not one of ${logLevels.join(", ")}`);
  }
  return {
    host: text("host", "127.0.0.1"),
    port: wholeNumber("port", text("port", "0"), 0, 65_535),
    endWithParent: truth("end-with-parent", text("end-with-parent", "false")),
    logLevel,
    ledger: text("ledger", "") || null,
    tls: tlsFiles({ cert: text("tls-cert", ""), key: text("tls-key", ""), clientCa: text("client-ca", "") }),
    help: given.help !== undefined,
    limits,
  };
}

/** The text of --help. */
export function usage(): string {
  const lines = [
    ["host <address>", "where to listen [127.0.0.1]"],
    ["port <port>", "0 = any free one [0]"],
    ["end-with-parent", "end when standard input closes"],
    ["log-level <level>", `${logLevels.join(" | ")} [info]`],
    ["ledger <file>", "write every accepted command and every end there, for tests [off]"],
    ["tls-cert <file>", "speak TLS with this certificate, PEM [plain text]"],
    ["tls-key <file>", "its key, PEM"],
    ["client-ca <file>", "take only clients with a certificate of this authority, PEM [anybody]"],
    ...Object.entries(numbers).map(([name, { limit, meaning }]) => [
      `${name} <n>`,
      `${meaning} [${defaultLimits[limit]}]`,
    ]),
  ];
  const body = lines.map(([name = "", meaning = ""]) => `  --${name.padEnd(24)} ${meaning}`).join("\n");
  return `The reference Simulation Engine: gRPC service architech.engine.v1.EngineService.\n\n${body}\n`;
}

function parse(args: readonly string[]): Record<string, string | undefined> {
  const flags = ["end-with-parent", "help"];
  const names = [
    "host",
    "port",
    "log-level",
    "ledger",
    "tls-cert",
    "tls-key",
    "client-ca",
    ...Object.keys(numbers),
  ];
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      options: Object.fromEntries([
        ...flags.map((name) => [name, { type: "boolean" }] as const),
        ...names.map((name) => [name, { type: "string" }] as const),
      ]),
    });
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function tlsFiles({ cert, key, clientCa }: Record<keyof TlsFiles, string>): TlsFiles | null {
  if ((cert === "") !== (key === "")) throw new OptionsError("--tls-cert and --tls-key go together");
  if (cert === "" && clientCa !== "") throw new OptionsError("--client-ca needs --tls-cert and --tls-key");
  return cert === "" ? null : { cert, key, clientCa: clientCa || null };
}

function environmentName(option: string): string {
  return `ENGINE_${option.replaceAll("-", "_").toUpperCase()}`;
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < least || value > most) {
    throw new OptionsError(`--${name}: "${text}" is not a whole number from ${least} to ${most}`);
  }
  return value;
}

function truth(name: string, text: string): boolean {
  if (["true", "1", "yes"].includes(text)) return true;
  if (["false", "0", "no", ""].includes(text)) return false;
  throw new OptionsError(`--${name}: "${text}" is neither true nor false`);
}
