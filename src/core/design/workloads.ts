import { z } from "zod";
import { distribution } from "./distribution.ts";
import { documented } from "./documentation.ts";
import { id, operationName, positiveTimeMs, ratePerSec, timeMs, weight } from "./fields.ts";
import { MAX_MIX, MAX_STAGES, MAX_TRACE_POINTS, MAX_USERS } from "./limits.ts";

const mix = z
  .array(z.strictObject({ operation: operationName, weight }))
  .min(1)
  .max(MAX_MIX)
  .refine((it) => it.reduce((sum, entry) => sum + entry.weight, 0) > 0, {
    message: "Give at least one operation a weight greater than 0.",
    params: { code: "E-WEIGHTS" },
  });

const common = {
  ...documented,
  id,
  source: id.describe("The client node that sends it."),
  edge: id.optional().describe("The client's edge that it takes; needed where the client has several."),
  mix: mix.optional().describe("Operations and their shares; left out: default."),
  priority: z
    .int()
    .min(-1_000)
    .max(1_000)
    .optional()
    .describe("Greater goes first where the discipline is priority."),
};

const users = z.int().min(0).max(MAX_USERS);

const open = z
  .strictObject({
    ...common,
    type: z.literal("open"),
    arrival: z.enum(["poisson", "constant", "mmpp"]).optional(),
    startPerSec: ratePerSec.describe("Arrivals per second at the start."),
    stages: z
      .array(z.strictObject({ durationMs: timeMs, targetPerSec: ratePerSec }))
      .max(MAX_STAGES)
      .optional()
      .describe("The rate moves in a straight line to each target in turn; after the last it stays."),
    burstiness: z
      .number()
      .min(1)
      .max(1_000)
      .optional()
      .describe("mmpp only: rate in a burst divided by the mean rate."),
  })
  .superRefine((it, context) => {
    if ((it.arrival === "mmpp") !== (it.burstiness !== undefined))
      context.addIssue({
        code: "custom",
        message: "Give burstiness with arrival mmpp, and only with it.",
        path: ["burstiness"],
      });
  })
  .describe("Requests arrive whatever the answers.");

const closed = z
  .strictObject({
    ...common,
    type: z.literal("closed"),
    users: users.describe("Users at the start."),
    thinkTime: distribution.optional().describe("Between an answer and the same user's next request."),
    stages: z
      .array(z.strictObject({ durationMs: timeMs, targetUsers: users }))
      .max(MAX_STAGES)
      .optional(),
  })
  .describe("Users who each think, send one request, and wait for its answer.");

const trace = z
  .strictObject({
    ...common,
    type: z.literal("trace"),
    stepMs: positiveTimeMs.describe("Each rate holds for this long."),
    perSec: z
      .array(ratePerSec)
      .min(1)
      .max(MAX_TRACE_POINTS)
      .describe("Arrivals per second, one number per step."),
    repeat: z.boolean().optional().describe("Begin again after the last."),
  })
  .describe("Poisson arrivals at measured rates.");

/** What one client sends. */
export const workload = z.discriminatedUnion("type", [open, closed, trace]);

export type Workload = z.infer<typeof workload>;
