import { z } from "zod";
import { distribution } from "./distribution.ts";
import { callsPerRequest, id, operationName, ratio } from "./fields.ts";
import { MAX_CALLS_PER_STEP, MAX_OPERATIONS, MAX_STEPS } from "./limits.ts";

/** How a request finds one of several targets. */
export const choicePolicy = z.enum(["round-robin", "random", "least-request", "power-of-two", "hash"]);

const callObject = z.strictObject({
  edge: id.describe("The edge to call over; it begins at this node."),
  operation: operationName
    .optional()
    .describe("The operation to ask for; left out: the one that the caller serves."),
  probability: ratio.optional().describe("Of the call being made at all; left out: the edge's."),
  callsPerRequest: callsPerRequest.optional().describe("Calls made, in sequence; left out: the edge's."),
  onMissOf: id.optional().describe("Call only when the earlier call over this edge missed its cache."),
  optional: z.boolean().optional().describe("Its failure does not fail the request."),
});

const call = z.union([id, callObject]);

/** Exactly one of work, call and oneOf. */
export const step = z
  .strictObject({
    work: distribution.optional().describe("The slot works for this time."),
    call: z
      .union([id, z.array(call).min(1).max(MAX_CALLS_PER_STEP)])
      .optional()
      .describe("Calls made all at once; the step ends when each has ended."),
    oneOf: z
      .array(call)
      .min(1)
      .max(MAX_CALLS_PER_STEP)
      .optional()
      .describe("One of these calls, chosen anew each time."),
    policy: choicePolicy.optional().describe("How oneOf chooses; left out: random by the edges' weights."),
  })
  .superRefine((it, context) => {
    const kinds = [it.work, it.call, it.oneOf].filter((kind) => kind !== undefined).length;
    if (kinds !== 1)
      context.addIssue({ code: "custom", message: "Give exactly one of work, call and oneOf." });
    if (it.policy !== undefined && it.oneOf === undefined)
      context.addIssue({
        code: "custom",
        message: "Leave policy out: it belongs to oneOf.",
        path: ["policy"],
      });
  });

export const operation = z.strictObject({
  steps: z
    .array(step)
    .min(1)
    .max(MAX_STEPS)
    .describe("In sequence; the request holds its slot from first to last."),
  errorRatio: ratio.optional().describe("Requests that fail after their last step; left out: the node's."),
});

/** By name. A request that asks for an operation which is not here gets `default`. */
export const operations = z
  .record(operationName, operation)
  .refine((it) => Object.keys(it).length <= MAX_OPERATIONS, {
    message: `Give at most ${MAX_OPERATIONS} operations.`,
    params: { code: "E-LIMITS" },
  });

export type Step = z.infer<typeof step>;
export type StepCall = z.infer<typeof callObject>;
