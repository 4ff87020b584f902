import { limits } from "../core/limits.ts";
import { builder } from "./builder.ts";
import { DesiredStatusEnum, SimulationStatusEnum } from "./status.ts";

export const SimulationFilterInput = builder.inputType("SimulationFilter", {
  description: `Which simulations. All that is given must hold; nothing given: all that the viewer may see. Served by an
index, however many simulations there are: \`ids\`; or any of \`projectId\`, \`userId\`, \`mine\`, \`designId\`, \`statuses\`,
\`createdAfter\`, \`createdBefore\` together. The rest is searched for, and refused (BAD_INPUT) where that takes too long.`,
  fields: (t) => ({
    ids: t.idList({ description: `One of these, at most ${limits.bulkStopMax}.` }),
    statuses: t.field({ type: [SimulationStatusEnum], description: "In one of these statuses." }),
    desiredStatuses: t.field({
      type: [DesiredStatusEnum],
      description: "Last asked to be one of these.",
    }),
    designId: t.id({ description: "Runs of this design." }),
    projectId: t.id({ description: "Of this project." }),
    userId: t.id({ description: "Started by this user." }),
    mine: t.boolean({ description: "true: started by the viewer. false says nothing." }),
    labels: t.field({ type: "JSON", description: "Has all of these labels: an object of strings." }),
    createdAfter: t.field({ type: "DateTime", description: "Asked for at this moment or later." }),
    createdBefore: t.field({ type: "DateTime", description: "Asked for before this moment." }),
  }),
});
