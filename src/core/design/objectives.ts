import { z } from "zod";
import { documented } from "./documentation.ts";
import { id, operationName } from "./fields.ts";

/** What the architect wants of a run; judged after it. Changes no run. */
export const objective = z
  .strictObject({
    ...documented,
    id,
    metric: z.enum(["latency", "error-ratio", "throughput", "utilization", "cost-per-hour"]),
    quantile: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe("Latency only, for example 0.95; left out: the mean."),
    op: z.enum(["<=", "<", ">=", ">"]),
    value: z.number().min(0).max(1e15).describe("Milliseconds, ratio, per second, ratio, money per hour."),
    node: id.optional().describe("Of this node; left out: end to end."),
    operation: operationName.optional().describe("Of this operation; left out: of all."),
  })
  .superRefine((it, context) => {
    if (it.quantile !== undefined && it.metric !== "latency")
      context.addIssue({
        code: "custom",
        message: "Leave quantile out: it belongs to latency.",
        path: ["quantile"],
      });
    if (it.metric === "utilization" && it.node === undefined)
      context.addIssue({
        code: "custom",
        message: "Name the node whose utilization is meant.",
        path: ["node"],
      });
  });

export type Objective = z.infer<typeof objective>;
