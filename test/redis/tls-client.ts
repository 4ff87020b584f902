// `node tls-client.ts <url>` carries one notice through Redis and says so, or says why the bus is down.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createRedisBus } from "../../src/redis/bus.ts";
import { quietLog, simulationOf } from "../support/simulations.ts";

const url = process.argv[2] ?? "";
const bus = createRedisBus({
  url,
  installation: randomUUID(),
  replica: randomUUID(),
  living: async () => new Set<string>(),
  log: quietLog(),
});
const id = randomUUID();

/** What it says before the first attempt to connect has ended is no answer. */
async function health() {
  for (;;) {
    const state = bus.health();
    if (state.up || state.reason?.startsWith("Redis: ")) return state;
    await delay(20);
  }
}

const { up, reason } = await health();
if (up) {
  const heard = Promise.withResolvers<void>();
  await bus.subscribe(id, { notice: () => heard.resolve(), gap: () => {} });
  bus.publish({ simulation: simulationOf(id), events: [] });
  await heard.promise;
}
process.stdout.write(up ? "carried\n" : `down: ${reason}\n`);
await bus.close();
