import { limits } from "../core/limits.ts";
import { builder } from "./builder.ts";
import type { DataErrorCode } from "./errors.ts";
import { defaultSpeed, startRequest } from "./input.ts";
import { answer, resultUnion } from "./result.ts";
import { SimulationType } from "./simulation.ts";

const StartSimulationInput = builder.inputType("StartSimulationInput", {
  description: "What to simulate, and how.",
  fields: (t) => ({
    designId: t.id({ required: true, description: "The design to run." }),
    projectId: t.id({
      description: "The project it belongs to; the viewer's default project when left out.",
    }),
    idempotencyKey: t.string({
      description: `Names this start, so that it can be sent again: the same key with the same input is the same simulation. Within
the viewer and the project; 1 to ${limits.idempotencyKeyLength} characters.`,
    }),
    seed: t.int({
      description:
        "Of the random numbers, 0 or more: same design, same seed, same run. Chosen when left out.",
    }),
    duration: t.float({
      description: "How long to simulate, simulated s; as the design says when left out.",
    }),
    speed: t.float({
      defaultValue: defaultSpeed,
      description: `Simulated s per wall s; 0 = as fast as possible. At most ${limits.speedMax}.`,
    }),
    labels: t.field({
      type: "JSON",
      description: `An object of strings, to find it by: at most ${limits.labelCount} labels, names up to ${limits.labelKeyLength} and values up to ${limits.labelValueLength} characters.`,
    }),
    startPaused: t.boolean({ description: "Hold at the beginning until resumed. False when left out." }),
    maxWallTime: t.float({
      description: "End it after so long, wall s; pauses do not count. At most what the service allows.",
    }),
    maxPause: t.float({
      description: "End it when it has been paused for so long, wall s. At most what the service allows.",
    }),
    maxQueueTime: t.float({
      description: "Give up when it has been QUEUED for so long, wall s. At most what the service allows.",
    }),
  }),
});

const refusals = [
  "BAD_INPUT",
  "FORBIDDEN",
  "DESIGN_NOT_FOUND",
  "DESIGN_INVALID",
  "IDEMPOTENCY_CONFLICT",
  "LIMIT_EXCEEDED",
  "UNAVAILABLE",
] as const satisfies readonly DataErrorCode[];

builder.mutationField("startSimulation", (t) =>
  t.field({
    type: resultUnion("StartSimulationResult", SimulationType, refusals),
    description:
      "Starts a simulation of a design. It is recorded when the answer comes, and runs when there is a place.",
    args: {
      input: t.arg({ type: StartSimulationInput, required: true, description: "What to simulate, and how." }),
    },
    resolve: (_, { input }, { commands, viewer }) =>
      answer(refusals, () => commands.start(viewer, startRequest(input))),
  }),
);
