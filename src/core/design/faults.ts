import { z } from "zod";
import { documented } from "./documentation.ts";
import { id, ratio, timeMs } from "./fields.ts";
import { MAX_FACTOR, MAX_REPLICAS, MAX_TIME_MS } from "./limits.ts";

const common = {
  ...documented,
  id,
  target: id,
  atMs: timeMs.describe("When it begins, in simulated time."),
  durationMs: timeMs.optional().describe("How long it lasts; left out or 0: to the end."),
};

function fault<Kind extends string, Extra extends z.ZodRawShape>(kind: Kind, extra: Extra, about: string) {
  return z.strictObject({ ...common, ...extra, kind: z.literal(kind) }).describe(about);
}

const factor = z.number().min(0).max(MAX_FACTOR);

/** Something that goes wrong on purpose. `amount` means what the kind says. */
export const designFault = z.discriminatedUnion("kind", [
  fault(
    "kill",
    {
      replicas: z
        .union([z.int().min(1).max(MAX_REPLICAS), z.literal("all")])
        .optional()
        .describe("How many; left out: all."),
    },
    "Replicas of a node or zone die; what they do fails at once. They are back after durationMs.",
  ),
  fault("pause", {}, "A node stops the world: it holds what it has and works on nothing."),
  fault("slow", { amount: factor.describe("Service times are multiplied by this.") }, "A node works slowly."),
  fault(
    "latency",
    { amount: z.number().min(0).max(MAX_TIME_MS).describe("Milliseconds added, each way.") },
    "An edge is slow.",
  ),
  fault("loss", { amount: ratio.describe("Messages lost, each way.") }, "An edge loses messages."),
  fault(
    "partition",
    { otherTarget: id.optional().describe("The other zone, where target is a zone.") },
    "Calls over an edge, or between two zones, vanish; callers wait for their timeout.",
  ),
  fault("error", { amount: ratio.describe("Requests that fail.") }, "A node or an edge answers with errors."),
  fault(
    "fail-first",
    { amount: z.int().min(1).max(1_000_000_000).describe("How many fail.") },
    "The next requests of a node or calls of an edge fail, then all is well.",
  ),
  fault("cache-flush", {}, "A cache forgets everything."),
  fault("queue-block", {}, "A queue delivers nothing."),
  fault(
    "traffic",
    { amount: factor.describe("The rate is multiplied by this.") },
    "A client sends more, or less.",
  ),
  fault(
    "scale",
    { amount: z.int().min(0).max(MAX_REPLICAS).describe("Replicas from then on.") },
    "A node is scaled by hand.",
  ),
]);

export type DesignFault = z.infer<typeof designFault>;
export type FaultKind = DesignFault["kind"];
