import { limits } from "../core/limits.ts";
import type { Simulation } from "../core/simulation.ts";
import { builder } from "./builder.ts";
import type { DataErrorCode } from "./errors.ts";
import { SimulationFilterInput } from "./filter.ts";
import { simulationFilter } from "./input.ts";
import { answer, resultUnion } from "./result.ts";
import { SimulationType } from "./simulation.ts";

interface StopSimulations {
  readonly matched: number;
  readonly stopped: readonly Simulation[];
}

const StopSimulationsPayload = builder.objectRef<StopSimulations>("StopSimulationsPayload").implement({
  description: "What a bulk stop did.",
  fields: (t) => ({
    matched: t.exposeInt("matched", {
      description: `How many matched and had not ended, counted to ${limits.listCountMax + 1}. More than were stopped: call again.`,
    }),
    stopped: t.field({
      type: [SimulationType],
      description: "Those that were asked to end.",
      resolve: (it) => it.stopped,
    }),
  }),
});

const refusals = ["BAD_INPUT", "LIMIT_EXCEEDED", "UNAVAILABLE"] as const satisfies readonly DataErrorCode[];

builder.mutationField("stopSimulations", (t) =>
  t.field({
    type: resultUnion("StopSimulationsResult", StopSimulationsPayload, refusals),
    description: `Asks all that match to end, at most ${limits.bulkStopMax} in one call.`,
    args: {
      filter: t.arg({
        type: SimulationFilterInput,
        required: true,
        description: "Which. An empty filter matches all that the viewer may command.",
      }),
    },
    resolve: (_, { filter }, { commands, viewer }) =>
      answer(refusals, async () => commands.stopMany(viewer, simulationFilter(filter, viewer))),
  }),
);
