// A replica of the service, as a process of its own on a port that it keeps.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Life, type Member } from "./life.ts";

export interface Replica extends Member {
  /** http://host:port; the same in every life. */
  readonly url: string;
  readonly port: number;
  /** The log of its present life. */
  readonly logFile: string;
  /** The name of its present life in leases, as its log says. */
  readonly id: string;
  /** After its end. `env` is for this life only. */
  start(env?: Readonly<Record<string, string>>): Promise<void>;
}

export interface ReplicaOptions {
  readonly name: string;
  /** The checkout whose `src/main.ts` is run. */
  readonly root: string;
  readonly folder: string;
  /** Asked at each start. */
  readonly env: (life: number) => Readonly<Record<string, string>>;
  /** Told when a life has begun, and what it is called in leases. */
  readonly known: (life: number, id: string) => void;
}

const startWithinMs = 60_000;
const namedWithinMs = 10_000;

class ReplicaProcess extends Life implements Replica {
  readonly #options: ReplicaOptions;
  url = "";
  port = 0;
  #id: string | undefined;

  constructor(options: ReplicaOptions) {
    super(options.name);
    this.#options = options;
  }

  get logFile(): string {
    return join(this.#options.folder, `${this.name}.${this.life}.log`);
  }

  get id(): string {
    this.#id ??= /"replica":"([^"]+)"/.exec(readFileSync(this.logFile, "utf8"))?.[1];
    if (this.#id === undefined) throw new Error(`${this.name} has not said which replica it is.`);
    return this.#id;
  }

  /** What it says to be listening and its log come by different ways, of which either may be later. */
  async #named(): Promise<void> {
    const deadline = performance.now() + namedWithinMs;
    while (!/"replica":"/.test(readFileSync(this.logFile, "utf8")) && performance.now() < deadline) {
      await delay(20);
    }
  }

  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const { root, folder, name } = this.#options;
    const next = this.life + 1;
    this.#id = undefined;
    const flusher = join(import.meta.dirname, "compile-cache.mjs");
    this.url = await this.begin({
      cwd: root,
      args: ["--import", flusher, "launch.mjs", "src/main.ts"],
      env: {
        PORT: String(this.port),
        DATA_DIR: join(folder, "unused"),
        // By this it ends when its parent does, as under `npm start`.
        npm_lifecycle_event: "cluster",
        ...this.#options.env(next),
        ...env,
      },
      ready: /Health\s+(http:\/\/\S+)\/healthz/,
      startWithinMs,
      logFile: join(folder, `${name}.${next}.log`),
      stdin: "ignore",
    });
    this.port = Number(new URL(this.url).port);
    await this.#named();
    this.#options.known(next, this.id);
  }
}

/** Not yet started. */
export function replica(options: ReplicaOptions): Replica {
  return new ReplicaProcess(options);
}
