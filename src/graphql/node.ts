// Relay's Object Identification: an object by its id alone. Only simulations are nodes. Their ids are UUIDs that this
// service gives out, unique in the whole of it; a design's id is a name that belongs to the Design Service, which may
// well look like one of ours, so that nothing could tell honestly which of the two an id means.
import { ServiceError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { Simulation } from "../core/simulation.ts";
import { builder } from "./builder.ts";

/** The interface that a client fetches again by: `node(id) { ... on Simulation { … } }`. */
export const NodeInterface = builder.interfaceRef<Simulation>("Node").implement({
  description:
    "What can be fetched again by its id alone. Simulations are; designs have ids of another service.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "The same id as everywhere else, not encoded in any way." }),
  }),
  resolveType: () => "Simulation",
});

builder.queryFields((t) => ({
  node: t.field({
    type: NodeInterface,
    nullable: true,
    description: "The object with this id; null when there is none, or the viewer may not see it.",
    args: { id: t.arg.id({ required: true, description: "The id of a simulation." }) },
    resolve: (_, { id }, { store, viewer }) => store.get(viewer, id),
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: false, items: true },
    description:
      "The objects with these ids, in their order; null where there is none, or the viewer may not see it.",
    args: {
      ids: t.arg.idList({
        required: true,
        description: `The ids of simulations, at most ${limits.listPageMax}.`,
      }),
    },
    resolve: async (_, { ids }, { store, viewer }) => [...(await store.getMany(viewer, atMostAPage(ids)))],
  }),
}));

function atMostAPage(ids: readonly string[]): readonly string[] {
  if (ids.length <= limits.listPageMax) return ids;
  throw new ServiceError("BAD_INPUT", `Give at most ${limits.listPageMax} ids.`, { path: "ids" });
}
