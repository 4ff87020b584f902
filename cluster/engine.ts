// A reference engine, as a process of its own on a port that it keeps.
import { join } from "node:path";
import { Life, type Member } from "./life.ts";

export interface Engine extends Member {
  /** host:port; the same in every life. */
  readonly address: string;
  readonly port: number;
  /** What it has accepted, where it was asked to write that down. */
  readonly ledgerFile: string;
  /** After its end: it has forgotten every run. */
  start(): Promise<void>;
}

export interface EngineOptions {
  readonly name: string;
  readonly root: string;
  readonly folder: string;
  /** Runs at a time. */
  readonly capacity: number;
  readonly env: Readonly<Record<string, string>>;
  /** Each accepted command is written down in `<folder>/<name>.ledger`, by all lives into one file. */
  readonly ledger: boolean;
}

const startWithinMs = 60_000;

class EngineProcess extends Life implements Engine {
  readonly #options: EngineOptions;
  address = "";
  port = 0;

  constructor(options: EngineOptions) {
    super(options.name);
    this.#options = options;
  }

  get ledgerFile(): string {
    return join(this.#options.folder, `${this.name}.ledger`);
  }

  async start(): Promise<void> {
    const { root, folder, capacity, env, name, ledger } = this.#options;
    const flusher = join(import.meta.dirname, "compile-cache.mjs");
    const engineArgs = ["--end-with-parent", "--port", String(this.port), "--capacity", String(capacity)];
    this.address = await this.begin({
      cwd: root,
      args: [
        "--disable-warning=ExperimentalWarning",
        "--import",
        flusher,
        "src/engine/main.ts",
        ...engineArgs,
        ...(ledger ? ["--ledger", this.ledgerFile] : []),
      ],
      env: { ENGINE_LOG_LEVEL: "warn", ...env },
      ready: /"listening":"([^"]+)"/,
      startWithinMs,
      logFile: join(folder, `${name}.log`),
      stdin: "pipe",
    });
    this.port = Number(this.address.slice(this.address.lastIndexOf(":") + 1));
  }
}

/** Not yet started. */
export function engine(options: EngineOptions): Engine {
  return new EngineProcess(options);
}
