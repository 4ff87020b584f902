// SIGSTOP of an owner for longer than its lease, and SIGCONT: it wakes up, believing that it still owns.
import { readFileSync } from "node:fs";
import { during, pause } from "../world.ts";
import { count, type Nemesis, type Scene } from "./nemesis.ts";
import { goneOn, lossOf, now, victim } from "./owners.ts";

export function freezes(frozenMs: number): Nemesis {
  return {
    async round(scene: Scene, index: number) {
      const replica = await victim(scene, 25_000);
      await during(scene, "SIGSTOP", replica.name, async () => {
        const at = now();
        const loss = await lossOf(scene, replica, at);
        replica.freeze();
        try {
          const left = await goneOn(scene, loss, at.wall, Math.max(frozenMs, 15_000));
          if (left > 0) count(scene, "not gone on in time", left);
          await pause(Math.max(0, at.wall + frozenMs - Date.now()));
        } finally {
          replica.thaw();
        }
        scene.freezes.push({ ...loss, thawedAt: Date.now() });
        count(scene, "owners frozen");
        if (loss.simulations.length >= 10) count(scene, "victims that owned 10 or more");
        // It notices, lets go, and takes part again.
        await pause(1_500);
        const { refused, byItself } = lettingsGo(replica.logFile);
        count(scene, "simulations of a woken owner that the store or the engine refused it", refused);
        if (byItself) count(scene, "woken owners that let go by their own clock");
        scene.say(
          `${index}: SIGSTOP of ${replica.name} for ${frozenMs / 1000} s, which drove ${loss.simulations.length}`,
        );
      });
    },
  };
}

/** Since the last look: simulations that the store or an engine refused it; whether it let go by its own clock. */
function lettingsGo(logFile: string): { refused: number; byItself: boolean } {
  const log = readFileSync(logFile, "utf8");
  const fresh = log.slice(counted.get(logFile) ?? 0);
  counted.set(logFile, log.length);
  return {
    refused: fresh.split("Let go: the simulation is not").length - 1,
    byItself: fresh.includes("No renewal for too long"),
  };
}

/** How much of each log has been read. */
const counted = new Map<string, number>();
