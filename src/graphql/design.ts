import { ServiceError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { DesignFetch, DesignList, DesignRequest, FetchedDesign } from "../core/ports/designs.ts";
import type { Viewer } from "../core/viewer.ts";
import { builder } from "./builder.ts";
import type { GraphQLContext } from "./context.ts";
import { pageSize } from "./input.ts";

export const Design = builder.objectRef<FetchedDesign>("Design").implement({
  description: "What the architect drew. Owned by the Design Service; read-only here.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "The design's id." }),
    revision: t.exposeInt("revision", { description: "Rises with each change of the design." }),
    name: t.exposeString("name", { description: "What the architect called it." }),
    document: t.field({
      type: "JSON",
      description: "The design itself, in the design format.",
      resolve: (design) => design.document,
    }),
  }),
});

/** Designs by id, each asked for once; null where there is none. */
export async function loadDesigns(ids: readonly string[], { designs, viewer }: GraphQLContext) {
  const wanted = [...new Set(ids)];
  const fetched = await designs.fetchMany(wanted, rightsOf(viewer));
  const byId = new Map(wanted.map((id, index) => [id, fetched[index]]));
  return ids.map((id) => designOrError(id, byId.get(id)));
}

const DesignConnection = builder.connectionObject(
  { type: Design, name: "DesignConnection", description: "A page of designs." },
  { name: "DesignEdge", description: "A design, and its place in the list." },
);

builder.queryFields((t) => ({
  design: t.loadable({
    type: Design,
    nullable: true,
    description: "One design; null when there is none, or the viewer may not see it.",
    args: { id: t.arg.id({ required: true, description: "The design's id." }) },
    load: loadDesigns,
    resolve: (_, { id }) => id,
  }),
  designs: t.field({
    type: DesignConnection,
    description: "The designs that can be simulated, by id, ascending.",
    args: {
      first: t.arg.int({
        description: `How many, at most ${limits.listPageMax}; ${limits.listPageDefault} when left out.`,
      }),
      after: t.arg.string({ description: "Only those after this cursor." }),
    },
    resolve: (_, args, { designs, viewer }) =>
      listed(designs.list({ ...page(args), ...rightsOf(viewer) }), args.after),
  }),
}));

function page(args: { first?: number | null | undefined; after?: string | null | undefined }) {
  const first = pageSize(args.first, "first", limits.listPageDefault, limits.listPageMax);
  return { first, ...(args.after ? { after: args.after } : {}) };
}

/** Designs are read with the caller's own rights. */
function rightsOf(viewer: Viewer): DesignRequest {
  const { userId, authorization } = viewer;
  return authorization === undefined ? { userId } : { userId, authorization };
}

function designOrError(id: string, fetched: DesignFetch | undefined): FetchedDesign | null | ServiceError {
  switch (fetched?.kind) {
    case "found":
      return fetched.design;
    case "invalid":
      return new ServiceError("DESIGN_INVALID", "The design has errors; see its problems.", {
        designId: id,
        problems: fetched.problems,
      });
    case "unavailable":
      return new ServiceError("UNAVAILABLE", `The Design Service cannot be asked: ${fetched.reason}`);
    default:
      return null;
  }
}

async function listed(answer: Promise<DesignList>, after: string | null | undefined) {
  const list = await answer;
  if (list.kind === "unavailable") {
    throw new ServiceError("UNAVAILABLE", `The Design Service cannot be asked: ${list.reason}`);
  }
  return {
    edges: list.designs.map((design) => ({ cursor: design.id, node: design })),
    pageInfo: {
      hasNextPage: list.hasMore,
      hasPreviousPage: typeof after === "string",
      startCursor: list.designs.at(0)?.id ?? null,
      endCursor: list.designs.at(-1)?.id ?? null,
    },
  };
}
