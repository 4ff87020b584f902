// kill -9 of owners: at random moments, and at the named places of the code at which a crash matters most.
import type { Replica } from "../../../cluster/replica.ts";
import { during, pause } from "../world.ts";
import { count, type Nemesis, type Scene } from "./nemesis.ts";
import { goneOn, lossOf, now, victim } from "./owners.ts";

/** Takeover is promised within 3 s; whoever has not gone on after so long is called stuck. */
const goneOnWithinMs = 20_000;
const victimWithinMs = 25_000;
/** An armed replica that has not come by its place by then is killed where it is. */
const armedDiesWithinMs = 30_000;

export interface Kills {
  /** How often, of all restarts, a replica is to die at a named place. */
  readonly armedShare: number;
  /**
   * How long the killed stays away, as under a supervisor that backs off. A Node that starts takes a core for seconds:
   * where all share two, it is the survivors that it would take it from, in the very seconds that are measured.
   */
  readonly awayMs: number;
}

export function kills({ armedShare, awayMs }: Kills): Nemesis {
  let armed: { readonly replica: Replica; readonly failpoint: string } | null = null;

  async function round(scene: Scene, index: number): Promise<void> {
    const { random } = scene;
    const struck = armed;
    armed = null;
    const replica = struck?.replica ?? (await victim(scene, victimWithinMs));
    await during(scene, "kill -9", replica.name, async () => {
      if (struck === null) await pause(random.between(0, 400));
      const byItself = struck !== null && (await diesByItself(replica));
      const what = byItself ? `kill -9 at ${struck.failpoint.replace(/:\d+$/, "")}` : "kill -9";
      const at = now();
      if (struck === null) await replica.kill();
      const loss = await lossOf(scene, replica, at);
      const running = (await scene.audit.active()).filter(({ status }) => status === "RUNNING").length;
      count(scene, what);
      if (loss.simulations.length >= 10 && running >= 50) {
        count(scene, "kills with 50 or more running, of one that drove 10 or more");
      }
      const failpoint = nextFailpoint(scene);
      const [left] = await Promise.all([
        goneOn(scene, loss, at.wall, goneOnWithinMs),
        comesBack(replica, failpoint),
      ]);
      if (failpoint !== null) armed = { replica, failpoint };
      if (left > 0) count(scene, "not gone on in time", left);
      scene.say(`${index}: ${what} of ${replica.name}, which drove ${loss.simulations.length} of ${running}`);
    });
  }

  async function comesBack(replica: Replica, failpoint: string | null): Promise<void> {
    await pause(awayMs);
    await replica.start(failpoint === null ? {} : { FAILPOINT: failpoint });
  }

  async function diesByItself(replica: Replica): Promise<boolean> {
    let byItself = true;
    const force = setTimeout(() => {
      byItself = false;
      void replica.kill();
    }, armedDiesWithinMs);
    await replica.died();
    clearTimeout(force);
    return byItself;
  }

  function nextFailpoint({ random }: Scene): string | null {
    if (!random.chance(armedShare)) return null;
    // Late enough that it drives ten by then, most times, and soon enough that it comes there.
    const places = [
      `before_attach:${random.whole(10, 14)}`,
      `mid_batch:${random.whole(150, 400)}`,
      `after_commit_before_publish:${random.whole(200, 500)}`,
    ];
    return random.pick(places);
  }

  return { round };
}
