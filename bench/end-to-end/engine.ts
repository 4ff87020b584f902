// The reference engine as a program of its own, which also tells its parent when each sample was handed to gRPC.
import { randomUUID } from "node:crypto";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { pino } from "pino";
import {
  type EngineContext,
  type EngineHandlers,
  engineHandlers,
  engineService,
} from "../../src/engine/engine-service.ts";
import { defaultLimits } from "../../src/engine/limits.ts";
import { RunRegistry } from "../../src/engine/run-registry.ts";
import { EventBatch } from "../../src/gen/architech/engine/v1/engine.ts";
import { machineMs } from "./clock.ts";

/** The sample of this simulation at this simulated time, s, was emitted then, ms of the machine's clock. */
export type Stamp = readonly [simulationId: string, simulatedTime: number, at: number];

export type FromEngine = { readonly address: string } | { readonly stamps: readonly Stamp[] };

const tellEveryMs = 100;
let stamps: Stamp[] = [];

function stamp(simulationId: string, batch: Buffer, at: number): void {
  for (const { payload, simTimeMs } of EventBatch.decode(batch).events) {
    if (payload?.$case === "sample") stamps.push([simulationId, simTimeMs / 1_000, at]);
  }
}

function stamping(handlers: EngineHandlers): EngineHandlers {
  return {
    ...handlers,
    subscribe(call) {
      const write = call.write.bind(call);
      const simulationId = call.request.run?.simulationId ?? "";
      // Whoever writes also hears when it is written.
      call.write = (batch: Buffer, ...rest: unknown[]) => {
        const at = machineMs();
        // Behind the write, which it would delay.
        setImmediate(() => stamp(simulationId, batch, at));
        return Reflect.apply(write, call, [batch, ...rest]);
      };
      handlers.subscribe(call);
    },
  };
}

const limits = { ...defaultLimits, capacity: 256 };
const registry = new RunRegistry(limits, () => {});
const context: EngineContext = {
  registry,
  limits,
  engineInstanceId: randomUUID(),
  log: pino({ level: "silent" }),
  ledger: null,
  draining: false,
};
const server = new Server();
server.addService(engineService, { ...stamping(engineHandlers(context)) });
const tell = (what: FromEngine) => void process.send?.(what);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  tell({ address: `127.0.0.1:${port}` });
});
setInterval(() => {
  if (stamps.length > 0) tell({ stamps });
  stamps = [];
}, tellEveryMs);
process.on("disconnect", () => process.exit(0));
