// The log of a simulation as a list: the past of what `simulationEvents` tells live.
import type { EventType } from "../core/events.ts";
import { limits } from "../core/limits.ts";
import type { Simulation } from "../core/simulation.ts";
import { beyondSnapshot, builder } from "./builder.ts";
import type { GraphQLContext } from "./context.ts";
import { SimulationEventInterface, SimulationEventTypeEnum } from "./event.ts";
import { afterSeq, pageSize } from "./input.ts";
import { SimulationType } from "./simulation.ts";

const SimulationEventConnection = builder.connectionObject(
  { type: SimulationEventInterface, name: "SimulationEventConnection", description: "A page of a log." },
  { name: "SimulationEventEdge", description: "An event; its cursor is its seq." },
);

interface HistoryArguments {
  readonly after?: number | null | undefined;
  readonly first?: number | null | undefined;
  readonly types?: readonly EventType[] | null | undefined;
}

builder.objectField(SimulationType, "events", (t) =>
  t.field({
    ...beyondSnapshot,
    type: SimulationEventConnection,
    description: "Its log, ascending by seq.",
    args: {
      after: t.arg.int({
        defaultValue: 0,
        description: "Only what comes after this seq; 0: from the beginning.",
      }),
      first: t.arg.int({
        description: `How many, at most ${limits.eventPageMax}; ${limits.eventPageDefault} when left out.`,
      }),
      types: t.arg({
        type: [SimulationEventTypeEnum],
        description: "Only of these types; all when left out.",
      }),
    },
    resolve: (simulation, args, context) => history(simulation, args, context),
  }),
);

async function history(simulation: Simulation, args: HistoryArguments, { store, viewer }: GraphQLContext) {
  const after = afterSeq(args.after);
  const size = pageSize(args.first, "first", limits.eventPageDefault, limits.eventPageMax);
  // One more than asked for tells whether there is more.
  const query = { after, limit: size + 1, ...(args.types ? { types: args.types } : {}) };
  const found = (await store.events(viewer, simulation.id, query)) ?? [];
  const events = found.slice(0, size);
  return {
    edges: events.map((event) => ({
      cursor: String(event.seq),
      node: { kind: "event" as const, event, simulation },
    })),
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: after > 0,
      startCursor: seqCursor(events.at(0)?.seq),
      endCursor: seqCursor(events.at(-1)?.seq),
    },
  };
}

const seqCursor = (seq: number | undefined): string | null => (seq === undefined ? null : String(seq));
