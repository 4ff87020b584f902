// An engine is killed and comes back with no memory of its runs, or stands still for a while.
import { during, pause } from "../world.ts";
import { count, type Nemesis, type Scene } from "./nemesis.ts";

export function engineFaults(): Nemesis {
  return {
    async round(scene: Scene, index: number) {
      const { random, cluster } = scene;
      const engine = random.pick(cluster.engines);
      const kind = random.pick(["kill -9", "kill -9", "SIGSTOP"] as const);
      await during(scene, `engine ${kind}`, engine.name, async () => {
        if (kind === "kill -9") {
          await engine.kill();
          await pause(random.between(0, 3_000));
          await engine.start();
        } else {
          engine.freeze();
          await pause(random.between(1_000, 10_000));
          engine.thaw();
        }
      });
      count(scene, `engine ${kind}`);
      scene.say(`${index}: ${kind} of ${engine.name}`);
      await pause(random.between(3_000, 6_000));
    },
  };
}
