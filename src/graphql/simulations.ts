import { limits } from "../core/limits.ts";
import { builder } from "./builder.ts";
import { SimulationFilterInput } from "./filter.ts";
import { simulationFilter } from "./input.ts";
import { connection, pageRequest } from "./paging.ts";
import { SimulationType } from "./simulation.ts";

builder.queryField("simulation", (t) =>
  t.field({
    type: SimulationType,
    nullable: true,
    description: "One simulation; null when there is none, or the viewer may not see it.",
    args: { id: t.arg.id({ required: true, description: "The simulation's id." }) },
    resolve: (_, { id }, { store, viewer }) => store.get(viewer, id),
  }),
);

builder.queryField("simulations", (t) =>
  t.connection(
    {
      type: SimulationType,
      description: `The simulations that the viewer may see, newest first. A page has at most ${limits.listPageMax}, and
${limits.listPageDefault} when nothing is said.`,
      args: { filter: t.arg({ type: SimulationFilterInput, description: "Only these." }) },
      resolve: async (_, args, { store, viewer }) => {
        const filter = simulationFilter(args.filter, viewer);
        const page = await store.list(viewer, filter, pageRequest(args));
        return { ...connection(page), countAll: () => store.count(viewer, filter) };
      },
    },
    {
      name: "SimulationConnection",
      description: "A page of simulations.",
      fields: (t) => ({
        totalCount: t.int({
          nullable: true,
          description: `How many there are in all pages together; null: more than ${limits.listCountMax}, which are not counted.`,
          resolve: async ({ countAll }) => {
            const count = await countAll();
            return count > limits.listCountMax ? null : count;
          },
        }),
      }),
    },
    { name: "SimulationEdge", description: "A simulation, and its place in the list." },
  ),
);
