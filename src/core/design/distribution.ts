import { z } from "zod";
import { positiveTimeMs, ratio, timeMs } from "./fields.ts";
import { MAX_EMPIRICAL_POINTS } from "./limits.ts";

const cv = z.number().max(100).describe("Standard deviation divided by mean; greater than 0.");

function refuse(context: z.RefinementCtx, field: string, message: string): void {
  context.addIssue({ code: "custom", message, path: [field], params: { code: "E-DIST" } });
}

const constant = z
  .strictObject({ dist: z.literal("constant"), ms: timeMs })
  .describe("Always the same time.");

const exponential = z
  .strictObject({ dist: z.literal("exponential"), meanMs: timeMs })
  .describe("Exponential, by its mean.");

const lognormal = z
  .strictObject({ dist: z.literal("lognormal"), meanMs: positiveTimeMs, cv })
  .superRefine((it, context) => {
    if (it.cv <= 0) refuse(context, "cv", "Give a cv greater than 0; for no spread use a constant.");
  })
  .describe("Lognormal, by mean and coefficient of variation.");

const gamma = z
  .strictObject({ dist: z.literal("gamma"), meanMs: positiveTimeMs, cv })
  .superRefine((it, context) => {
    if (it.cv <= 0) refuse(context, "cv", "Give a cv greater than 0; for no spread use a constant.");
  })
  .describe("Gamma, by mean and coefficient of variation; Erlang-k is cv = 1/√k.");

const hyperexponential = z
  .strictObject({ dist: z.literal("hyperexponential"), meanMs: positiveTimeMs, cv })
  .superRefine((it, context) => {
    if (it.cv <= 1) refuse(context, "cv", "Give a cv greater than 1; a smaller one is a gamma distribution.");
  })
  .describe("Two exponential branches with balanced means; cv greater than 1.");

const uniform = z
  .strictObject({ dist: z.literal("uniform"), minMs: timeMs, maxMs: timeMs })
  .superRefine((it, context) => {
    if (it.maxMs < it.minMs) refuse(context, "maxMs", "Give a maxMs that is not less than minMs.");
  })
  .describe("Uniform between two times.");

const pareto = z
  .strictObject({
    dist: z.literal("pareto"),
    minMs: positiveTimeMs,
    alpha: z.number().max(1_000).describe("Tail index; greater than 1 unless capMs is given."),
    capMs: positiveTimeMs.optional().describe("Longest time; leave out for no bound."),
  })
  .superRefine((it, context) => {
    if (it.alpha <= 0) refuse(context, "alpha", "Give an alpha greater than 0.");
    else if (it.alpha <= 1 && it.capMs === undefined)
      refuse(context, "alpha", "Give an alpha greater than 1, or a capMs: the mean is infinite otherwise.");
    if (it.capMs !== undefined && it.capMs <= it.minMs)
      refuse(context, "capMs", "Give a capMs greater than minMs.");
  })
  .describe("Pareto (heavy tail), truncated at capMs where given.");

const empirical = z
  .strictObject({
    dist: z.literal("empirical"),
    p: z.array(ratio).min(2).max(MAX_EMPIRICAL_POINTS).describe("Probabilities, ascending from 0 to 1."),
    ms: z
      .array(timeMs)
      .min(2)
      .max(MAX_EMPIRICAL_POINTS)
      .describe("The time at each probability, not descending."),
  })
  .superRefine((it, context) => {
    if (it.p.length !== it.ms.length) refuse(context, "ms", "Give as many times as probabilities.");
    if (it.p[0] !== 0 || it.p.at(-1) !== 1) refuse(context, "p", "Let p begin with 0 and end with 1.");
    if (!ascends(it.p, true)) refuse(context, "p", "Let p ascend, each greater than the one before.");
    if (!ascends(it.ms, false)) refuse(context, "ms", "Let ms not descend.");
  })
  .describe("Measured: a table of quantiles, straight lines between the points.");

function ascends(values: readonly number[], strictly: boolean): boolean {
  return values.every((value, index) => {
    const before = index === 0 ? undefined : values[index - 1];
    return before === undefined || (strictly ? value > before : value >= before);
  });
}

/** A distribution of a time; a bare number is a constant in milliseconds. */
export const distribution = z.union([
  timeMs,
  z.discriminatedUnion("dist", [
    constant,
    exponential,
    lognormal,
    gamma,
    hyperexponential,
    uniform,
    pareto,
    empirical,
  ]),
]);

export type Distribution = z.infer<typeof distribution>;
