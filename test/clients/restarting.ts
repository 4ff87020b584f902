// The real program at one address, over many lives: what a browser sees of a deployment or a crash.
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { type ServiceProcess, startService } from "../support/service-process.ts";

export class Restarting {
  /** http://host:port */
  readonly origin: string;
  /** Of the API. */
  readonly url: string;
  readonly #dataDir: string;
  readonly #port: number;
  #service: ServiceProcess;

  private constructor(dataDir: string, port: number, service: ServiceProcess) {
    this.#dataDir = dataDir;
    this.#port = port;
    this.#service = service;
    this.origin = service.url;
    this.url = `${service.url}/graphql`;
  }

  static async start(dataDir: string): Promise<Restarting> {
    const port = await freePort();
    return new Restarting(dataDir, port, await startOn(dataDir, port));
  }

  /** Ends the process, waits for its end, and starts the next one at the same address with the same data. */
  async restart(by: "SIGKILL" | "SIGTERM"): Promise<void> {
    await this.end(by);
    this.#service = await startOn(this.#dataDir, this.#port);
  }

  async end(by: "SIGKILL" | "SIGTERM" = "SIGTERM"): Promise<void> {
    this.#service.kill(by);
    await this.#service.exited;
  }
}

function startOn(dataDir: string, port: number): Promise<ServiceProcess> {
  return startService({ dataDir, env: { PORT: String(port) } });
}

/** Below those that the system gives out: one of them could be given to the service's own engine in between. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
