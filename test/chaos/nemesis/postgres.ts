// Postgres crashes and comes back, ends sessions, stands still.
import { during, pause } from "../world.ts";
import { count, type Nemesis, type Scene, sample } from "./nemesis.ts";

const all = ["restart", "restart", "restart", "pg_terminate_backend", "freeze"] as const;

/** One of these kinds every 5 to 10 s. */
export function postgresFaults(kinds: readonly (typeof all)[number][] = all): Nemesis {
  return {
    async round(scene: Scene, index: number) {
      const { random, audit } = scene;
      const { postgres } = scene.cluster;
      if (postgres === null) throw new Error("Faults of Postgres need the cluster's own.");
      const kind = random.pick(kinds);
      await during(scene, `Postgres ${kind}`, "postgres", async () => {
        const from = performance.now();
        if (kind === "restart") {
          await postgres.kill();
          await pause(random.chance(0.5) ? 0 : random.between(0, 2_500));
          await postgres.start();
          sample(scene, "Postgres away", performance.now() - from);
        } else if (kind === "freeze") {
          await postgres.freeze();
          await pause(random.between(500, 4_000));
          await postgres.thaw();
        } else {
          const sessions = "pid <> pg_backend_pid() and application_name like 'replica%'";
          const share = random.pick([0.3, 1]);
          await audit
            .rows(
              `select pg_terminate_backend(pid) from pg_stat_activity where ${sessions} and random() < $1`,
              [share],
            )
            .catch(() => []);
        }
      });
      count(scene, `Postgres ${kind}`);
      scene.say(`${index}: Postgres ${kind}`);
      await pause(random.between(4_000, 8_000));
    },
  };
}
