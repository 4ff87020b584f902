// Simulations of the service, started through its API; what it publishes of them is heard, so that what is published
// in its stead later continues that.
import { once } from "node:events";
import { Redis } from "ioredis";
import { decodeNotice } from "../../src/redis/message.ts";
import { type ServerProgram, startServer } from "./server-process.ts";
import type { Subject } from "./world.ts";

const mutation = `mutation { startSimulation(input: { designId: "mm1" }) { __typename ... on Simulation { id } } }`;
const atOnce = 8;
const heardWithinMs = 10_000;

export async function startSimulations(
  service: ServerProgram,
  redisUrl: string,
  count: number,
): Promise<readonly Subject[]> {
  const heard = new Map<string, Subject>();
  const redis = new Redis(redisUrl);
  try {
    await redis.psubscribe("simulations:*:simulation:*");
    redis.on("pmessage", (_pattern: string, channel: string, message: string) => {
      const notice = decodeNotice(Buffer.from(message));
      if (notice === null) throw new Error(`Not a notice: ${message.slice(0, 500)}`);
      const { simulation } = notice;
      const known = heard.get(simulation.id)?.simulation.version ?? 0;
      if (simulation.version > known) heard.set(simulation.id, { simulation, channel });
    });
    const server = await startServer(service);
    try {
      const ids: string[] = [];
      const start = async () => {
        while (ids.length < count) {
          const place = ids.push("") - 1;
          ids[place] = await startOne(server.url);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, start));
      const signal = AbortSignal.timeout(heardWithinMs);
      while (heard.size < count) await once(redis, "pmessage", { signal });
    } finally {
      await server.kill();
    }
  } finally {
    redis.disconnect();
  }
  return [...heard.values()];
}

async function startOne(url: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: mutation }),
  });
  const text = await response.text();
  const id = /"id":"([^"]+)"/.exec(text)?.[1];
  if (id === undefined) throw new Error(`The simulation was not started: ${text}`);
  return id;
}
