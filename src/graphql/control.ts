import { limits } from "../core/limits.ts";
import { builder } from "./builder.ts";
import type { DataErrorCode } from "./errors.ts";
import { speedOf } from "./input.ts";
import { answer, resultUnion } from "./result.ts";
import { SimulationType } from "./simulation.ts";

const refusals = [
  "SIMULATION_NOT_FOUND",
  "FORBIDDEN",
  "INVALID_TRANSITION",
  "UNAVAILABLE",
] as const satisfies readonly DataErrorCode[];

const speedRefusals = [...refusals, "BAD_INPUT"] as const;

builder.mutationFields((t) => {
  const id = t.arg.id({ required: true, description: "The simulation's id." });
  return {
    stopSimulation: t.field({
      type: resultUnion("StopSimulationResult", SimulationType, refusals),
      description: "Asks it to end. Stopping what is stopped, or about to be, changes nothing.",
      args: { id },
      resolve: (_, args, { commands, viewer }) => answer(refusals, () => commands.stop(viewer, args.id)),
    }),
    pauseSimulation: t.field({
      type: resultUnion("PauseSimulationResult", SimulationType, refusals),
      description:
        "Asks it to hold; before it runs: to start paused. Pausing what is paused changes nothing.",
      args: { id },
      resolve: (_, args, { commands, viewer }) => answer(refusals, () => commands.pause(viewer, args.id)),
    }),
    resumeSimulation: t.field({
      type: resultUnion("ResumeSimulationResult", SimulationType, refusals),
      description: "Asks it to go on. Resuming what runs changes nothing.",
      args: { id },
      resolve: (_, args, { commands, viewer }) => answer(refusals, () => commands.resume(viewer, args.id)),
    }),
    setSimulationSpeed: t.field({
      type: resultUnion("SetSimulationSpeedResult", SimulationType, speedRefusals),
      description:
        "Asks it to run faster or slower. What happens in the simulation does not depend on its speed.",
      args: {
        id,
        speed: t.arg.float({
          required: true,
          description: `Simulated s per wall s; 0 = as fast as possible. At most ${limits.speedMax}.`,
        }),
      },
      resolve: (_, args, { commands, viewer }) =>
        answer(speedRefusals, async () => commands.setSpeed(viewer, args.id, speedOf(args.speed))),
    }),
  };
});
