import { z } from "zod";
import { documented } from "./documentation.ts";
import { positiveTimeMs, timeMs } from "./fields.ts";

/** How long, and with which random numbers. */
export const run = z
  .strictObject({
    assumed: documented.assumed,
    durationMs: positiveTimeMs.optional().describe("Simulated time of the whole run."),
    warmupMs: timeMs.optional().describe("Left out of the report."),
    sampleIntervalMs: z
      .number()
      .min(10)
      .max(86_400_000)
      .optional()
      .describe("One metrics sample per so much simulated time."),
    seed: z.int().min(0).optional().describe("Same design, seed and engine version: the same run."),
    replications: z.int().min(1).max(1_000).optional(),
    maxEvents: z.int().min(1).optional().describe("The run fails when it needs more engine events."),
    maxInFlight: z
      .int()
      .min(1)
      .optional()
      .describe("The run fails when more requests are under way at once."),
  })
  .superRefine((it, context) => {
    if (it.durationMs !== undefined && it.warmupMs !== undefined && it.warmupMs >= it.durationMs)
      context.addIssue({
        code: "custom",
        message: "Give a warmupMs less than durationMs.",
        path: ["warmupMs"],
        params: { code: "E-RANGE" },
      });
  });

export type Run = z.infer<typeof run>;

/** Simulated time of a run whose design does not say. */
export const DEFAULT_DURATION_MS = 60_000;
