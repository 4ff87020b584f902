// Redis is killed, frozen, loses its connections: nothing may be lost, and delivery goes on by polling.
import { during, pause } from "../world.ts";
import { count, type Nemesis, type Scene } from "./nemesis.ts";

const kinds = ["kill", "kill", "freeze", "CLIENT KILL", "CLIENT PAUSE", "FLUSHALL"] as const;

/** `downMs`: how long it is away each time. `only`: nothing but this. */
export function redisFaults(downMs: number, only?: (typeof kinds)[number]): Nemesis {
  return {
    async round(scene: Scene, index: number) {
      const { random } = scene;
      const { redis } = scene.cluster;
      if (redis === null) throw new Error("Faults of Redis need the cluster's own.");
      const kind = only ?? random.pick(kinds);
      await during(scene, `Redis ${kind}`, "redis", async () => {
        const from = Date.now();
        if (kind === "kill") {
          await redis.kill();
          await pause(downMs);
          await redis.start();
        } else if (kind === "freeze") {
          redis.freeze();
          await pause(downMs);
          redis.thaw();
        } else if (kind === "CLIENT KILL") {
          for (let i = 0; i < 5; i += 1) {
            await redis.command(`CLIENT KILL TYPE ${random.pick(["pubsub", "normal"])}`);
            await pause(downMs / 10);
          }
        } else if (kind === "CLIENT PAUSE") {
          await redis.command(`CLIENT PAUSE ${Math.round(downMs)}`);
          await pause(downMs);
        } else await redis.command("FLUSHALL");
        if (kind === "kill" || kind === "freeze") {
          // The first seconds, in which the loss has to be noticed, and the rest.
          const noticed = Math.min(from + 2_000, Date.now());
          scene.windows.push({ what: "Redis is lost (first 2 s)", from, to: noticed });
          scene.windows.push({ what: "Redis is down", from: noticed, to: Date.now() });
        }
      });
      count(scene, `Redis ${kind}`);
      scene.say(`${index}: Redis ${kind}`);
      await pause(random.between(1_000, 3_000));
    },
  };
}
