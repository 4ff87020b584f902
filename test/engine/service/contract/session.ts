import { afterEach } from "vitest";
import { ContractClient } from "../contract-client.ts";

/** Clients of one test, closed after it; their runs are stopped, so that an engine shared by all has room. */
export function session(addressOf: () => string): { client: () => ContractClient } {
  const clients: ContractClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) {
      const { runs } = await client.list();
      for (const { run, fencingToken } of runs)
        if (run !== undefined) await client.stop(run, "", fencingToken);
      client.close();
    }
  });
  return {
    client() {
      const client = new ContractClient(addressOf());
      clients.push(client);
      return client;
    },
  };
}
