import { randomUUID } from "node:crypto";
import { Server, type ServerCredentials } from "@grpc/grpc-js";
import type { Logger } from "pino";
import { RunState } from "../gen/architech/engine/v1/engine.ts";
import { HealthService } from "../gen/grpc/health/v1/health.ts";
import { type EngineContext, engineHandlers, engineService } from "./engine-service.ts";
import { Health } from "./health.ts";
import type { Ledger } from "./ledger.ts";
import { type Limits, maxRequestBytes } from "./limits.ts";
import type { Run } from "./run.ts";
import { RunRegistry } from "./run-registry.ts";
import { serverCredentials, type TlsFiles } from "./tls.ts";

/** How soon after the drain's end open calls are cut. */
const closeMs = 1_000;

/** A listening engine. */
export interface Engine {
  /** host:port */
  readonly address: string;
  readonly engineInstanceId: string;
  /**
   * Takes no new runs, tells so by its health, and resolves once no run is under way or limits.drainMs have
   * passed. Runs still under way then are not stopped: to their owners the engine is lost, and they replay.
   */
  drain(): Promise<void>;
  /** Abandons the runs, ends their streams, and closes the server. */
  close(): Promise<void>;
}

/** @throws where the address cannot be listened on, or the files of TLS are unusable */
export async function startEngine(
  host: string,
  port: number,
  limits: Limits,
  log: Logger,
  ledger: Ledger | null = null,
  tls: TlsFiles | null = null,
): Promise<Engine> {
  const credentials = serverCredentials(tls);
  let onQuiet: (() => void) | undefined;
  const registry = new RunRegistry(limits, (run) => {
    logEnd(run, log);
    ledger?.ended(run.key, `${wordOf(run)}: ${run.reason}`);
    if (registry.underWay === 0) onQuiet?.();
  });
  const engineInstanceId = randomUUID();
  const context: EngineContext = { registry, limits, engineInstanceId, log, ledger, draining: false };
  const health = new Health();
  const server = new Server({
    "grpc.max_receive_message_length": maxRequestBytes,
    // Finds owners that vanished without a word, so that their streams are released.
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 5_000,
  });
  server.addService(engineService, { ...engineHandlers(context) });
  server.addService(HealthService, health.handlers);
  const boundPort = await listen(server, `${host}:${port}`, credentials);

  return {
    address: `${host}:${boundPort}`,
    engineInstanceId,
    async drain() {
      context.draining = true;
      health.stopServing();
      if (registry.underWay === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limits.drainMs);
        onQuiet = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    async close() {
      health.close();
      registry.close();
      await shutDown(server);
    },
  };
}

function listen(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/** Lets open calls come to their end for a moment, then cuts them. */
function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), closeMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function logEnd(run: Run, log: Logger): void {
  const how = wordOf(run);
  const facts = { run: run.key, lastSeq: run.lastSeq, simTimeMs: run.simTimeMs, reason: run.reason };
  if (how === "failed") log.warn(facts, "run failed");
  else log.info(facts, `run ${how}`);
}

function wordOf({ state }: Run): "completed" | "failed" | "stopped" {
  if (state === RunState.RUN_STATE_COMPLETED) return "completed";
  return state === RunState.RUN_STATE_FAILED ? "failed" : "stopped";
}
