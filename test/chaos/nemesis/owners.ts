// Who drives what: for a nemesis to choose its victim by, and to see that others have gone on with it.
import type { Replica } from "../../../cluster/replica.ts";
import type { Active } from "../audit.ts";
import { monotonicMs } from "../history.ts";
import type { Loss } from "../takeovers.ts";
import { waitUntil } from "../world.ts";
import type { Scene } from "./nemesis.ts";

export async function underWay({ audit }: Scene, replica: Replica): Promise<Active[]> {
  return (await audit.ofOwner(replica.id)).filter(({ status }) => status === "RUNNING");
}

/** A replica that drives enough while enough run; any that lives, where there is none in time. */
export async function victim(scene: Scene, withinMs: number): Promise<Replica> {
  const { cluster, audit, random, enough: least } = scene;
  let best: Replica = random.pick(cluster.replicas);
  await waitUntil(
    async () => {
      const active = (await audit.active()).filter(({ status }) => status === "RUNNING");
      const owned = (one: Replica) => active.filter(({ owner }) => owner === one.id).length;
      const living = cluster.replicas.filter(({ running }) => running);
      const enough = living.filter((one) => owned(one) >= least.owned);
      best = random.pick(enough.length > 0 ? enough : living);
      return enough.length > 0 && active.length >= least.running;
    },
    withinMs,
    150,
  );
  return best;
}

/** To be called the moment the owner is gone, while its rows still name it. */
export async function lossOf(scene: Scene, replica: Replica, at: { wall: number; t: number }): Promise<Loss> {
  const simulations = (await underWay(scene, replica)).map(({ id }) => id);
  const loss = { writer: `${replica.name}/${replica.life}`, owner: replica.id, ...at, simulations };
  scene.losses.push(loss);
  return loss;
}

export function now(): { wall: number; t: number } {
  return { wall: Date.now(), t: monotonicMs() };
}

/** Each of them has ended, or another writes its events, or owns it where it has none to tell. Answers how many have not, in time. */
export async function goneOn(
  { audit }: Scene,
  { simulations, writer, owner }: Loss,
  wall: number,
  withinMs: number,
): Promise<number> {
  let left = simulations.length;
  await waitUntil(
    async () => {
      const rows = await audit.rows<{ left: number }>(
        `select count(*)::int as left from simulations s where id = any($1::uuid[])
          and case status when 'RUNNING' then not exists (select from chaos_written w
              where w.simulation_id = s.id and w.at > $2 and w.writer <> $3 and w.engine_events > 0)
            when 'PAUSED' then owner = $4 when 'STARTING' then owner = $4 else false end`,
        [simulations, new Date(wall), writer, owner],
      );
      left = rows[0]?.left ?? left;
      return left === 0;
    },
    withinMs,
    200,
  );
  return left;
}
