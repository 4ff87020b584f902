// No fault at all but the workload's own: stops, pauses and resumes that race each other and the end.
import { pause } from "../world.ts";
import type { Nemesis, Scene } from "./nemesis.ts";

export function stops(): Nemesis {
  return {
    async round({ say, workload }: Scene, index: number) {
      await pause(5_000);
      say(`${index}: ${workload.intents} intents, ${workload.started} simulations so far`);
    },
  };
}
