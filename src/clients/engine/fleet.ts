// The engines that this replica can reach, by address.
import type { Engine, EngineFleet } from "../../core/ports/engines.ts";
import { type EngineTls, plainChannel, tlsChannel } from "./credentials.ts";
import { GrpcEngine } from "./grpc-engine.ts";

/** `addresses` are host:port, each once; those that `tls` names are spoken to over TLS. */
export function connectFleet(
  addresses: readonly string[],
  installation: string,
  tls: EngineTls = { addresses: [], serverName: undefined },
): EngineFleet {
  const secure = tls.addresses.length === 0 ? plainChannel : tlsChannel(tls);
  const engines = addresses.map((address) => {
    const channel = tls.addresses.includes(address) ? secure : plainChannel;
    return new GrpcEngine(address, installation, channel);
  });
  const byAddress = new Map<string, Engine>(engines.map((engine) => [engine.address, engine]));
  return {
    engines,
    get: (address) => byAddress.get(address),
    close: async () => {
      for (const engine of engines) engine.close();
    },
  };
}
