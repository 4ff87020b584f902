// The input of a start: checked, with the service's defaults, and compared when a key is used again.
import { ServiceError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { StartInput } from "../core/ports/store.ts";
import { defaultProjectId, hasRole, projectsOf, type Viewer } from "../core/viewer.ts";
import type { StartRequest } from "./commands.ts";

/** Throws BAD_INPUT. */
export function startInput(viewer: Viewer, request: StartRequest): StartInput {
  const projectId = projectOf(viewer, request.projectId);
  const labels = request.labels ?? {};
  require(request.designId !== "", "designId", "Name the design to simulate.");
  checkProject(viewer, projectId);
  requireRange(request.speed, 0, limits.speedMax, "speed");
  if (request.duration !== undefined) {
    require(request.duration > 0, "duration", "A duration is more than 0 simulated seconds.");
    requireRange(request.duration, 0, limits.durationMax, "duration");
  }
  if (request.seed !== undefined) requireRange(request.seed, 0, 2 ** 31 - 1, "seed");
  if (request.idempotencyKey !== undefined) checkKey(request.idempotencyKey);
  checkLabels(labels);
  return {
    designId: request.designId,
    projectId,
    seed: request.seed ?? null,
    duration: request.duration ?? null,
    speed: request.speed,
    labels,
    startPaused: request.startPaused ?? false,
    maxWallTime: bound(request.maxWallTime, "maxWallTime"),
    maxPause: bound(request.maxPause, "maxPause"),
    maxQueueTime: bound(request.maxQueueTime, "maxQueueTime"),
  };
}

/** The project that is named, or else the one that there is no doubt about. */
function projectOf(viewer: Viewer, named: string | undefined): string {
  if (named !== undefined) return named;
  if (hasRole(viewer, defaultProjectId, "operator")) return defaultProjectId;
  const [only, ...others] = projectsOf(viewer, "operator");
  return only !== undefined && others.length === 0 ? only : defaultProjectId;
}

function checkProject(viewer: Viewer, projectId: string): void {
  require(hasRole(viewer, projectId, "viewer"), "projectId", "You have no such project. Name one of yours.");
  if (hasRole(viewer, projectId, "operator")) return;
  throw new ServiceError("FORBIDDEN", "You may look at this project, but not start simulations in it.", {
    role: "operator",
  });
}

const plainFields = [
  "designId",
  "projectId",
  "seed",
  "duration",
  "speed",
  "startPaused",
  "maxWallTime",
  "maxPause",
  "maxQueueTime",
] as const satisfies readonly (keyof StartInput)[];

/** The fields in which two inputs differ. */
export function differingFields(one: StartInput, other: StartInput): readonly string[] {
  const plain = plainFields.filter((field) => one[field] !== other[field]);
  return sameLabels(one.labels, other.labels) ? plain : [...plain, "labels"];
}

function sameLabels(one: StartInput["labels"], other: StartInput["labels"]): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

function bound(value: number | undefined, path: string): number | null {
  if (value === undefined) return null;
  requireRange(value, 1, limits.durationMax, path);
  return value;
}

function checkKey(key: string): void {
  require(key !==
    "", "idempotencyKey", "An idempotency key is not empty. Leave it out to start without one.");
  require(key.length <=
    limits.idempotencyKeyLength, "idempotencyKey", `An idempotency key has at most ${limits.idempotencyKeyLength} characters.`);
}

function checkLabels(labels: StartInput["labels"]): void {
  const entries = Object.entries(labels);
  require(entries.length <= limits.labelCount, "labels", `At most ${limits.labelCount} labels.`);
  for (const [key, value] of entries) {
    require(key !== "" &&
      key.length <=
        limits.labelKeyLength, "labels", `A label's key has 1 to ${limits.labelKeyLength} characters.`);
    require(value.length <=
      limits.labelValueLength, "labels", `A label's value has at most ${limits.labelValueLength} characters.`);
  }
}

export function requireRange(value: number, least: number, most: number, path: string): void {
  require(Number.isFinite(value) &&
    value >= least &&
    value <= most, path, `${path} lies between ${least} and ${most}.`);
}

function require(holds: boolean, path: string, message: string): void {
  if (!holds) throw new ServiceError("BAD_INPUT", message, { path });
}
