// The engines that this replica can reach, by address.
import type { Engine, EngineFleet } from "../../core/ports/engines.ts";
import { GrpcEngine } from "./grpc-engine.ts";

/** `addresses` are host:port, each once. */
export function connectFleet(addresses: readonly string[], installation: string): EngineFleet {
  const engines = addresses.map((address) => new GrpcEngine(address, installation));
  const byAddress = new Map<string, Engine>(engines.map((engine) => [engine.address, engine]));
  return {
    engines,
    get: (address) => byAddress.get(address),
    close: async () => {
      for (const engine of engines) engine.close();
    },
  };
}
