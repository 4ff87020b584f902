// In which functions a replica's time goes while it stores as much as it can.
import { join } from "node:path";
import { topFunctions } from "./cpu-profile.ts";
import { startEngine } from "./server.ts";
import { startServers } from "./servers.ts";
import { type IngestSettings, startReplica } from "./settings.ts";

const functionsTold = 25;

/** `server`: on Postgres and Redis; else embedded. */
export async function profileIngest(settings: IngestSettings, server: boolean): Promise<void> {
  const { seconds, inFlight, simulations, scratch } = settings;
  const folder = join(scratch, "profiles");
  const servers = server ? await startServers() : undefined;
  const engine = settings.viaGrpc ? await startEngine() : undefined;
  try {
    const where =
      servers === undefined ? {} : { url: await servers.database("ours"), redisUrl: servers.redis.url };
    const source = engine === undefined ? {} : { engine: await engine.ask("address") };
    const replica = await startReplica({ dataDir: join(scratch, "ours"), simulations, ...where, ...source }, [
      "--cpu-prof",
      `--cpu-prof-dir=${folder}`,
    ]);
    const { events, rows } = await replica.ask({ kind: "saturate", inFlight, seconds });
    await replica.close();
    console.log(`${events} events, ${Math.round(rows)} rows a transaction; share of the time by itself:\n`);
    for (const [share, name] of topFunctions(folder, functionsTold)) {
      console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${name}`);
    }
  } finally {
    await engine?.close();
    await servers?.close();
  }
}
