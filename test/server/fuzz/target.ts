// The service under fuzz: the real program, everything embedded, with a healthy client beside whatever is sent to it.
import { readFileSync } from "node:fs";
import { limitTable } from "../../../src/server/limits.ts";
import { start } from "../../support/api.ts";
import { operation } from "../../support/http.ts";
import { LogClient } from "../../support/log-client.ts";
import { type ServiceProcess, startService } from "../../support/service-process.ts";

export interface Target {
  readonly service: ServiceProcess;
  readonly port: number;
  readonly healthy: HealthyClient;
}

/** How much of the process is in memory, MiB. */
export function residentMb(pid: number): number {
  const kB = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kB) / 1024);
}

/** Few simulations at a time: what hostile starts begin must not starve the machine. */
const few = { MAX_SIMULATIONS: "3", MAX_QUEUED_PER_USER: "20", MAX_WALL_TIME_S: "3600" };

/** So much may JavaScript take: what leaks more than that ends the process. */
const heap = { NODE_OPTIONS: "--max-old-space-size=320" };

/** Everything that counts inputs, raised, so that they reach what lies behind. */
export function raised(): Record<string, string> {
  const counting = /perSecond|burst|PerUser$|PerAddress$|unacknowledged|identifying/i;
  return Object.fromEntries(
    Object.entries(limitTable).flatMap(([name, limit]) =>
      counting.test(name) && "range" in limit && limit.range !== undefined
        ? [
            [
              `LIMIT_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
              String(limit.range[1]),
            ],
          ]
        : [],
    ),
  );
}

export async function startTarget(dataDir: string, env: Record<string, string>): Promise<Target> {
  const service = await startService({ dataDir, env: { ...few, ...heap, LOG_LEVEL: "warn", ...env } });
  const healthy = await HealthyClient.begin(service.url);
  return { service, port: Number(new URL(service.url).port), healthy };
}

/** Follows a simulation from its first event, and asks about it after every few of them, as long as all goes on. */
export class HealthyClient {
  readonly log: LogClient;
  /** Queries that were answered as they should be. */
  answered = 0;
  /** Events at the time of the last look. */
  #seen = 0;
  #ending = false;
  readonly #following: Promise<unknown>;
  readonly #asking: Promise<void>;

  private constructor(url: string, id: string) {
    this.log = new LogClient(id);
    this.#following = this.log.follow(url, 0);
    this.#following.catch(() => {});
    this.#asking = this.#ask(url);
    this.#asking.catch(() => {});
  }

  static async begin(url: string): Promise<HealthyClient> {
    // Long enough that it does not end before the fuzzing does.
    const { id } = await start(url, { designId: "web-shop", duration: 86_400, speed: 10, seed: 1 });
    return new HealthyClient(url, id);
  }

  async #ask(url: string): Promise<void> {
    while (!this.#ending) {
      await this.log.until(({ lastSeq }) => this.#ending || lastSeq > this.#seen);
      this.#seen = this.log.lastSeq;
      const query = "query ($id: ID!) { simulation(id: $id) { id status lastSeq } }";
      const { data } = await operation(url, query, { id: this.log.id });
      const { id, lastSeq } = Object(data?.simulation);
      if (id !== this.log.id || Number(lastSeq) < this.#seen)
        throw new Error(`A healthy client was answered ${JSON.stringify(data)} after seq ${this.#seen}.`);
      this.answered += 1;
    }
  }

  /** Resolves when it has seen more events and an answer more than now; rejects where it was failed. */
  async goesOn(): Promise<void> {
    const { lastSeq } = this.log;
    const { answered } = this;
    const more = this.log.until((log) => log.lastSeq > lastSeq && this.answered > answered);
    await Promise.race([more, this.#asking, this.#following.then(() => ended())]);
    const gap = this.log.events.findIndex(({ seq }, index) => seq !== index + 1);
    if (gap >= 0) throw new Error(`A healthy client saw a gap at ${gap + 1}.`);
  }

  end(): void {
    this.#ending = true;
  }
}

function ended(): never {
  throw new Error("The stream of a healthy client ended.");
}
