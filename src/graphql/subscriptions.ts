import type { ListUpdate } from "../feed/feed.ts";
import { builder, sharedItems } from "./builder.ts";
import { SimulationEventInterface, SimulationEventTypeEnum } from "./event.ts";
import { SimulationFilterInput } from "./filter.ts";
import { followOptions, simulationFilter } from "./input.ts";
import { SimulationType } from "./simulation.ts";

builder.subscriptionField("simulationEvents", (t) =>
  t.field({
    ...sharedItems,
    type: SimulationEventInterface,
    description: `One simulation's log as it grows: in order, never a gap, never a double; ends after the terminal event. Without
\`after\`: the newest status and metrics, StreamStateChanged(LIVE), then what comes. Errors: SIMULATION_NOT_FOUND,
CURSOR_OUT_OF_RANGE (with \`after\` and \`lastSeq\`), BAD_INPUT.`,
    args: {
      simulationId: t.arg.id({ required: true, description: "The simulation's id." }),
      after: t.arg.int({
        description:
          "0: the whole log; n: all that comes after the event with seq n, to resume; left out: from now on.",
      }),
      types: t.arg({
        type: [SimulationEventTypeEnum],
        description: "Only these types, and StreamStateChanged; all when left out.",
      }),
      maxRate: t.arg.float({
        description:
          "At most so many MetricsSampled per second, the newest wins; other events are never dropped.",
      }),
    },
    subscribe: (_, { simulationId, ...args }, { feed, viewer }) =>
      feed.follow(viewer, simulationId, followOptions(args)),
    resolve: (item) => item,
  }),
);

const SimulationUpdate = builder.objectRef<ListUpdate>("SimulationUpdate").implement({
  description: "A change of the live list.",
  fields: (t) => ({
    kind: t.field({
      type: builder.enumType("SimulationUpdateKind", {
        description: "What to do with one's list.",
        values: {
          RESET: { description: "Empty it; the present list follows." },
          ENTERED: { description: "Add this simulation." },
          UPDATED: { description: "Replace this simulation." },
          LEFT: { description: "Take this simulation out: it does not match any more." },
        } satisfies Record<ListUpdate["kind"], { description: string }>,
      }),
      description: "What to do.",
      resolve: (it) => it.kind,
    }),
    simulation: t.field({
      type: SimulationType,
      nullable: true,
      description: "As it stands now; null with RESET.",
      resolve: (it) => (it.kind === "RESET" ? null : it.simulation),
    }),
  }),
});

builder.subscriptionField("simulationUpdates", (t) =>
  t.field({
    type: SimulationUpdate,
    description: `The list of simulations as it changes: RESET, the present list, then changes; RESET again after anything that may
have lost something. Of one simulation the newest state wins: states in between may be left out.`,
    args: { filter: t.arg({ type: SimulationFilterInput, description: "Only these." }) },
    subscribe: (_, { filter }, { feed, viewer }) => feed.updates(viewer, simulationFilter(filter, viewer)),
    resolve: (update) => update,
  }),
);
