// A rolling restart: SIGTERM to each replica in turn, under the sockets of all clients.
import { monotonicMs } from "../history.ts";
import { during, pause } from "../world.ts";
import { count, type Nemesis, type Scene, sample } from "./nemesis.ts";
import { goneOn, lossOf, now } from "./owners.ts";

export function rolling(): Nemesis {
  return {
    async round(scene: Scene, index: number) {
      for (const replica of scene.cluster.replicas) {
        await during(scene, "SIGTERM", replica.name, async () => {
          const at = now();
          const loss = await lossOf(scene, replica, at);
          const how = await replica.end();
          sample(scene, "Drain (SIGTERM to exit)", monotonicMs() - at.t);
          count(scene, how === 0 ? "drained, exit code 0" : "drained badly");
          if (how !== 0) scene.say(`${replica.name} ended with ${how}`);
          const left = await goneOn(scene, loss, at.wall, 15_000);
          if (left > 0) count(scene, "not gone on in time", left);
          await replica.start();
        });
        await pause(scene.random.between(500, 1_500));
      }
      scene.say(`${index}: each replica restarted`);
    },
  };
}
