// A replica of the service, as a process of its own on a port that it keeps.
import { join } from "node:path";
import { Life, type Member } from "./life.ts";

export interface Replica extends Member {
  /** http://host:port; the same in every life. */
  readonly url: string;
  readonly port: number;
  /** Where its log is. */
  readonly logFile: string;
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
}

const startWithinMs = 60_000;

class ReplicaProcess extends Life implements Replica {
  readonly #options: ReplicaOptions;
  readonly logFile: string;
  url = "";
  port = 0;

  constructor(options: ReplicaOptions) {
    super(options.name);
    this.#options = options;
    this.logFile = join(options.folder, `${options.name}.log`);
  }

  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const { root, folder } = this.#options;
    const flusher = join(import.meta.dirname, "compile-cache.mjs");
    this.url = await this.begin({
      cwd: root,
      args: ["--import", flusher, "launch.mjs", "src/main.ts"],
      env: {
        PORT: String(this.port),
        DATA_DIR: join(folder, "unused"),
        // By this it ends when its parent does, as under `npm start`.
        npm_lifecycle_event: "cluster",
        ...this.#options.env(this.life + 1),
        ...env,
      },
      ready: /Health\s+(http:\/\/\S+)\/healthz/,
      startWithinMs,
      logFile: this.logFile,
      stdin: "ignore",
    });
    this.port = Number(new URL(this.url).port);
  }
}

/** Not yet started. */
export function replica(options: ReplicaOptions): Replica {
  return new ReplicaProcess(options);
}
