import { z } from "zod";
import { distribution } from "./distribution.ts";
import { documented } from "./documentation.ts";
import { edgeDrawing } from "./drawing.ts";
import {
  bytes,
  callsPerRequest,
  id,
  label,
  operationName,
  positiveTimeMs,
  ratio,
  timeMs,
  weight,
} from "./fields.ts";
import { MAX_CONCURRENCY, MAX_OPERATIONS, MAX_QUEUE, MAX_RETRIES } from "./limits.ts";

const retry = z
  .strictObject({
    maxRetries: z.int().min(0).max(MAX_RETRIES).describe("Calls after the first."),
    baseMs: timeMs.optional().describe("Wait before the first retry."),
    factor: z
      .number()
      .min(1)
      .max(100)
      .optional()
      .describe("Each wait is this much longer than the one before."),
    maxMs: timeMs.optional().describe("Longest wait."),
    jitterRatio: ratio.optional().describe("Part of the wait that is random; 1: full jitter."),
    on: z
      .array(z.enum(["timeout", "error", "rejected"]))
      .min(1)
      .max(3)
      .optional()
      .describe("What is retried."),
    budgetRatio: ratio.optional().describe("Retries at most this part of the calls; left out: no budget."),
  })
  .describe("Each retry is a new call: new latency, new queueing.");

const circuitBreaker = z.strictObject({
  failureRatio: ratio.optional(),
  minRequests: z.int().min(1).max(1_000_000).optional(),
  windowMs: positiveTimeMs.optional(),
  openMs: positiveTimeMs.optional(),
  halfOpenProbes: z.int().min(1).max(1_000).optional(),
});

const edgeData = z
  .strictObject({
    ...documented,
    interaction: z
      .enum(["sync", "async"])
      .optional()
      .describe("sync (as when left out): the caller waits and holds its slot. async: fire and forget."),
    protocol: label.optional().describe("Documentation, for example grpc."),
    latency: distribution.optional().describe("One way, drawn anew each way."),
    lossRatio: ratio.optional().describe("Messages lost, each way; the caller waits for its timeout."),
    bandwidthMbps: z
      .number()
      .positive()
      .max(1_000_000)
      .optional()
      .describe("Adds bytes × 8 / bandwidth to the latency."),
    requestBytes: bytes.optional(),
    responseBytes: bytes.optional(),
    probability: ratio.optional().describe("Of the call being made at all; left out: 1."),
    callsPerRequest: callsPerRequest
      .optional()
      .describe("Calls made, in sequence; 1.5 is one, or two, each half of the time. Left out: 1."),
    onMissOf: id
      .optional()
      .describe("Call only when the same request's earlier call over this edge missed its cache."),
    optional: z.boolean().optional().describe("Its failure does not fail the request."),
    operation: operationName
      .optional()
      .describe("The operation to ask for; left out: the one that the caller serves."),
    operations: z
      .array(operationName)
      .min(1)
      .max(MAX_OPERATIONS)
      .optional()
      .describe("Out of an api-gateway: the operations that go this way."),
    weight: weight.optional().describe("Share among the edges of a random choice; 0: never. Left out: 1."),
    timeoutMs: timeMs.optional().describe("Of one attempt, from sending to reply; 0: none."),
    cancelOnTimeout: z
      .boolean()
      .optional()
      .describe("A timeout also ends the callee's work; else that goes on, wasted."),
    retry: retry.optional(),
    circuitBreaker: circuitBreaker.optional(),
    maxInFlight: z
      .int()
      .min(1)
      .max(MAX_CONCURRENCY)
      .optional()
      .describe("Calls under way from all replicas of the caller."),
    maxPending: z
      .int()
      .min(0)
      .max(MAX_QUEUE)
      .optional()
      .describe("Calls that wait for maxInFlight; beyond it a call is rejected."),
  })
  .superRefine((it, context) => {
    if (it.maxPending !== undefined && it.maxInFlight === undefined)
      context.addIssue({
        code: "custom",
        message: "Give maxInFlight too: maxPending is what waits for it.",
        path: ["maxPending"],
      });
  });

/** A call, or messages, from one node to another. */
export const designEdge = z.strictObject({
  id,
  source: id.describe("The node that calls."),
  target: id.describe("The node that is called."),
  ...edgeDrawing,
  data: edgeData.default({}),
});

export type DesignEdge = z.infer<typeof designEdge>;
export type EdgeData = z.infer<typeof edgeData>;
export type RetryData = z.infer<typeof retry>;
