// What the types of the schema alone do not check. Messages say what to change and repeat no value.
import { z } from "zod";
import { ServiceError } from "../core/errors.ts";
import { eventTypes } from "../core/events.ts";
import { limits } from "../core/limits.ts";
import type { MetricsQuery, SimulationFilter } from "../core/ports/store.ts";
import { simulationStatuses } from "../core/simulation.ts";
import type { Viewer } from "../core/viewer.ts";
import type { FollowOptions } from "../feed/feed.ts";
import type { StartRequest } from "../orchestrator/commands.ts";

/** Characters of an id; longer ones name nothing. */
const idLength = 200;

/** `T` with every null left out: GraphQL says null where the core says nothing. */
type WithoutNulls<T> = {
  [K in keyof T as null extends T[K] ? never : undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as null extends T[K] ? K : undefined extends T[K] ? K : never]?: NonNullable<T[K]> };

export function withoutNulls<T extends object>(input: T): WithoutNulls<T> {
  const entries = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  // Leaving nulls out is what the type says; TypeScript cannot see it through entries.
  return Object.fromEntries(entries) as WithoutNulls<T>;
}

export const id = z.string().min(1, "Give an id.").max(idLength, `An id has at most ${idLength} characters.`);

const labels = z
  .record(z.string(), z.string("Give each label a string as its value."), "Give an object of strings.")
  .refine((it) => Object.keys(it).length <= limits.labelCount, `Give at most ${limits.labelCount} labels.`)
  .refine(
    (it) => Object.keys(it).every((key) => key.length > 0 && key.length <= limits.labelKeyLength),
    `The name of a label has 1 to ${limits.labelKeyLength} characters.`,
  )
  .refine(
    (it) => Object.values(it).every((value) => value.length <= limits.labelValueLength),
    `The value of a label has at most ${limits.labelValueLength} characters.`,
  );

const speed = z
  .number()
  .min(0, "Give a speed of 0 (as fast as possible) or more.")
  .max(limits.speedMax, `Give a speed of at most ${limits.speedMax}.`);

const wallSeconds = z.number().positive("Give a time greater than 0 s.");

const start = z.object({
  designId: id,
  projectId: id.nullish(),
  idempotencyKey: z
    .string()
    .min(1, "Give a key of at least one character, or none.")
    .max(limits.idempotencyKeyLength, `A key has at most ${limits.idempotencyKeyLength} characters.`)
    .nullish(),
  seed: z.int().min(0, "Give a seed of 0 or more.").nullish(),
  duration: z
    .number()
    .positive("Give a duration greater than 0 s.")
    .max(limits.durationMax, `Give a duration of at most ${limits.durationMax} s.`)
    .nullish(),
  speed: speed.nullish().transform((it) => it ?? defaultSpeed),
  labels: labels.nullish(),
  startPaused: z.boolean().nullish(),
  maxWallTime: wallSeconds.nullish(),
  maxPause: wallSeconds.nullish(),
  maxQueueTime: wallSeconds.nullish(),
});

/** Simulated s per wall s. */
export const defaultSpeed = 10;

const statuses = z.array(z.enum(simulationStatuses)).max(simulationStatuses.length, "Name each status once.");

const filter = z
  .object({
    ids: z.array(id).max(limits.bulkStopMax, `Give at most ${limits.bulkStopMax} ids.`).nullish(),
    statuses: statuses.nullish(),
    desiredStatuses: z
      .array(z.enum(["RUNNING", "PAUSED", "STOPPED"]))
      .max(3, "Name each status once.")
      .nullish(),
    designId: id.nullish(),
    projectId: id.nullish(),
    userId: id.nullish(),
    mine: z.boolean().nullish(),
    labels: labels.nullish(),
    createdAfter: z.date().nullish(),
    createdBefore: z.date().nullish(),
  })
  .nullish();

const follow = z.object({
  after: z.int().min(0, "Give 0 for the whole log, or the seq of the last event you have.").nullish(),
  types: z
    .array(z.enum(eventTypes))
    .min(1, "Name at least one type, or leave `types` out.")
    .max(64)
    .nullish(),
  maxRate: z
    .number()
    .min(0.01, "Give a rate of at least 0.01 per second.")
    .max(1_000, "Give a rate of at most 1000 per second.")
    .nullish(),
});

export function startRequest(input: unknown): StartRequest {
  return withoutNulls(check(start, input, "input"));
}

/** No filter is the filter that everything passes. */
export function simulationFilter(input: unknown, viewer: Viewer): SimulationFilter {
  const { mine, ...given } = withoutNulls(check(filter, input, "filter") ?? {});
  if (mine !== true) return given;
  // Another user's are not the viewer's.
  if (given.userId !== undefined && given.userId !== viewer.userId) return { ...given, ids: [] };
  return { ...given, userId: viewer.userId };
}

export function followOptions(args: unknown): FollowOptions {
  return withoutNulls(check(follow, args, ""));
}

export function speedOf(value: number): number {
  return check(speed, value, "speed");
}

/** A page size within 0..maximum, as Relay has it: 0 is an empty page. Left out: the default. */
export function pageSize(
  value: number | null | undefined,
  path: string,
  usual: number,
  maximum: number,
): number {
  return within(value ?? usual, path, 0, maximum);
}

function within(size: number, path: string, minimum: number, maximum: number): number {
  if (size >= minimum && size <= maximum) return size;
  throw new ServiceError("BAD_INPUT", `Give \`${path}\` from ${minimum} to ${maximum}.`, { path });
}

interface MetricsArguments {
  readonly from?: number | null | undefined;
  readonly to?: number | null | undefined;
  readonly maxPoints?: number | null | undefined;
  readonly componentIds?: readonly string[] | null | undefined;
}

/** Left out: from the beginning, to the end. */
export function metricsQuery({ from, to, maxPoints, componentIds }: MetricsArguments): MetricsQuery {
  const query = { from: from ?? 0, to: to ?? Number.MAX_SAFE_INTEGER };
  if (query.from < 0 || query.to < query.from) {
    throw new ServiceError("BAD_INPUT", "Give `from` 0 or more, and `to` not less than `from`.", {
      path: "from",
    });
  }
  const points = within(maxPoints ?? limits.metricPointsDefault, "maxPoints", 1, limits.metricPointsMax);
  if (componentIds === null || componentIds === undefined) return { ...query, maxPoints: points };
  if (componentIds.length > limits.metricComponentsMax) {
    throw new ServiceError("BAD_INPUT", `Give at most ${limits.metricComponentsMax} components.`, {
      path: "componentIds",
    });
  }
  return { ...query, maxPoints: points, componentIds };
}

/** A seq to read after. */
export function afterSeq(value: number | null | undefined): number {
  if ((value ?? 0) >= 0) return value ?? 0;
  throw new ServiceError("BAD_INPUT", "Give 0 for the whole log, or the seq of the last event you have.", {
    path: "after",
  });
}

/** Throws BAD_INPUT with the path of the first thing that is wrong. */
export function check<S extends z.ZodType>(schema: S, value: unknown, root: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = [root, ...(issue?.path ?? [])].filter((step) => step !== "").join(".");
  throw new ServiceError("BAD_INPUT", `${path}: ${issue?.message ?? "is not what it must be."}`, { path });
}
