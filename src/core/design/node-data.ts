import { z } from "zod";
import { distribution } from "./distribution.ts";
import { documented } from "./documentation.ts";
import { id, places, positiveTimeMs, ratePerSec, ratio, timeMs } from "./fields.ts";
import { MAX_CONCURRENCY, MAX_REPLICAS } from "./limits.ts";
import { choicePolicy, operations } from "./steps.ts";

/** The data of each type of node. Every field may be left out; docs/design-format.md has the defaults. */

const replicas = z.int().min(1).max(MAX_REPLICAS);
const slots = z.int().min(1).max(MAX_CONCURRENCY);

const autoscale = z
  .strictObject({
    min: replicas.describe("Fewest replicas."),
    max: replicas.describe("Most replicas."),
    targetUtilization: ratio.optional(),
    startupMs: timeMs.optional().describe("From the decision to a replica that serves."),
    intervalMs: positiveTimeMs.optional(),
    tolerance: ratio.optional(),
    downStabilizationMs: timeMs.optional(),
  })
  .superRefine((it, context) => {
    if (it.max < it.min)
      context.addIssue({
        code: "custom",
        message: "Give a max that is not less than min.",
        path: ["max"],
        params: { code: "E-RANGE" },
      });
  });

const rateLimit = z.strictObject({
  perSec: ratePerSec.describe("Requests per second in the long run."),
  burst: z
    .number()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe("Requests at once; left out: one second's worth."),
});

/** What every place that serves requests has. */
const capacity = {
  ...documented,
  replicas: replicas.optional(),
  concurrency: z
    .union([slots, z.literal("unlimited")])
    .optional()
    .describe("Requests that one replica serves at a time."),
  cores: slots.optional().describe("Instead of concurrency: CPUs that all requests of a replica share."),
  queueCapacity: z
    .union([places, z.literal("unbounded")])
    .optional()
    .describe("Waiting places per replica; beyond them a request is rejected."),
  discipline: z.enum(["fifo", "lifo", "priority"]).optional(),
  balance: z
    .union([choicePolicy, z.literal("central-queue")])
    .optional()
    .describe("How a request finds one of the replicas; central-queue: one queue before all."),
  serviceTime: distribution.optional().describe("The node's own work for a request."),
  errorRatio: ratio.optional().describe("Requests that fail by the node's own fault."),
  rateLimit: rateLimit.optional().describe("A token bucket; the excess is rejected at once."),
  mtbfMs: positiveTimeMs
    .optional()
    .describe("Mean time between failures of one replica; left out: never fails."),
  mttrMs: positiveTimeMs.optional().describe("Mean time to repair of one replica."),
  costPerReplicaHour: z.number().min(0).max(1_000_000).optional(),
  costPerMillionRequests: z.number().min(0).max(1_000_000).optional(),
};

const behaviour = {
  callMode: z
    .enum(["sequence", "parallel"])
    .optional()
    .describe("Without operations: how the outgoing edges are called."),
  operations: operations.optional(),
};

const cached = {
  hitRatio: ratio.optional(),
  warmMs: timeMs
    .optional()
    .describe("For the hit ratio to rise from 0 after the start or a flush; 0: warm at once."),
};

type Capacity = {
  concurrency?: unknown;
  cores?: unknown;
  queueCapacity?: unknown;
  discipline?: unknown;
  balance?: unknown;
  mtbfMs?: unknown;
  mttrMs?: unknown;
};

/** What excludes or needs each other: no field that is given is without effect. */
function consistent(it: Capacity, context: z.RefinementCtx): void {
  const refuse = (field: string, message: string) =>
    context.addIssue({ code: "custom", message, path: [field] });
  if (it.cores !== undefined && it.concurrency !== undefined)
    refuse("cores", "Give concurrency or cores, not both.");
  if (it.cores !== undefined && it.discipline !== undefined)
    refuse("discipline", "Leave discipline out: all requests share the cores.");
  if ((it.mtbfMs === undefined) !== (it.mttrMs === undefined))
    refuse("mtbfMs", "Give mtbfMs and mttrMs together.");
  if (it.concurrency === "unlimited") noQueue(it, context);
}

function noQueue(it: Capacity, context: z.RefinementCtx): void {
  for (const field of ["queueCapacity", "discipline", "balance"] as const)
    if (it[field] !== undefined)
      context.addIssue({
        code: "custom",
        message: "Leave it out, or give a concurrency: without a bound nothing queues.",
        path: [field],
      });
}

/** How the drawn edges are called plays no part where the steps of `default` are listed. */
function behaves(
  it: { callMode?: unknown; operations?: Record<string, unknown> | undefined },
  context: z.RefinementCtx,
): void {
  if (it.callMode !== undefined && it.operations !== undefined && Object.hasOwn(it.operations, "default"))
    context.addIssue({
      code: "custom",
      message: "Leave callMode out: operations.default lists its calls.",
      path: ["callMode"],
    });
}

const scaled = { ...capacity, ...behaviour, autoscale: autoscale.optional() };

export const clientData = z.strictObject(documented);
export const zoneData = z.strictObject({
  ...documented,
  region: z.string().max(60).optional().describe("For example eu-west-1."),
});
export const noteData = z.strictObject({ ...documented, text: z.string().max(20_000).optional() });

export const serviceData = z.strictObject(scaled).superRefine(consistent).superRefine(behaves);
export const storeData = z.strictObject(scaled).superRefine(consistent).superRefine(behaves);
/** Somebody else's system: without a concurrency it has no queue that we could know of. */
export const externalData = z
  .strictObject(scaled)
  .superRefine(consistent)
  .superRefine(behaves)
  .superRefine((it, context) => {
    if (it.concurrency === undefined && it.cores === undefined) noQueue(it, context);
  });
export const cacheData = z
  .strictObject({ ...scaled, ...cached })
  .superRefine(consistent)
  .superRefine(behaves);
export const gatewayData = z.strictObject(scaled).superRefine(consistent).superRefine(behaves);
export const balancerData = z
  .strictObject({
    ...capacity,
    policy: choicePolicy
      .optional()
      .describe("How it chooses among its outgoing edges, or the replicas of its only target."),
  })
  .superRefine(consistent);

/** One request per instance, as many instances as there are requests. */
export const functionData = z
  .strictObject({
    ...documented,
    ...behaviour,
    serviceTime: distribution.optional(),
    errorRatio: ratio.optional(),
    startupMs: timeMs.optional().describe("Cold start; 0: an instance is always warm."),
    maxInstances: replicas.optional(),
    rateLimit: rateLimit.optional(),
    costPerReplicaHour: z.number().min(0).max(1_000_000).optional(),
    costPerMillionRequests: z.number().min(0).max(1_000_000).optional(),
  })
  .superRefine(behaves);

export const queueData = z.strictObject({
  ...documented,
  serviceTime: distribution.optional().describe("To store one message."),
  concurrency: slots.optional().describe("Messages stored at a time."),
  partitions: z.int().min(1).max(10_000).optional(),
  maxDepth: places.optional().describe("Messages kept per consumer group; 0: no bound."),
  overflow: z.enum(["reject", "drop-oldest", "block"]).optional(),
  redeliveryMs: timeMs.optional().describe("A message not done by then is delivered again; 0: never."),
  maxDeliveries: z.int().min(1).max(1_000).optional(),
  deadLetter: id
    .optional()
    .describe("The queue node that takes what was delivered too often; left out: dropped."),
});

export type ServiceData = z.infer<typeof serviceData>;
export type CacheData = z.infer<typeof cacheData>;
export type BalancerData = z.infer<typeof balancerData>;
export type FunctionData = z.infer<typeof functionData>;
export type QueueData = z.infer<typeof queueData>;
