// Refusals as data: a mutation answers with the error's own type.
import { type ErrorCode, errorCodes, type ServiceError } from "../core/errors.ts";
import { shortened, shortenedFacts } from "../core/shortened.ts";
import { simulationStatuses } from "../core/simulation.ts";
import { roles } from "../core/viewer.ts";
import { builder } from "./builder.ts";
import { RoleEnum } from "./role.ts";
import { DesiredStatusEnum, SimulationStatusEnum } from "./status.ts";

const codeDescriptions: Record<ErrorCode, string> = {
  BAD_INPUT: "The request itself is wrong; the message says what to change.",
  UNAUTHENTICATED: "Nobody that may use the service, or not any more: show a good token.",
  DESIGN_NOT_FOUND: "There is no such design, or the viewer may not see it.",
  DESIGN_INVALID: "The design cannot be simulated as it is; the problems say why.",
  SIMULATION_NOT_FOUND: "There is no such simulation, or the viewer may not see it.",
  FORBIDDEN: "The viewer may see it, but needs a greater role to do this.",
  IDEMPOTENCY_CONFLICT: "The idempotency key was used before, with other input.",
  INVALID_TRANSITION: "The simulation is in a status in which this cannot be done.",
  LIMIT_EXCEEDED: "A limit of the service is reached.",
  CURSOR_OUT_OF_RANGE: "`after` lies beyond the end of the log.",
  UNAVAILABLE: "A part of the service is down; the same request may be sent again.",
};

export const ErrorCodeEnum = builder.enumType("ErrorCode", {
  description: "What kind of error it is. Errors outside of unions carry it as `extensions.code`.",
  values: Object.fromEntries(
    errorCodes.map((code) => [code, { description: codeDescriptions[code] }]),
  ) as Record<ErrorCode, { description: string }>,
});

/** A ServiceError as a value: an Error that a resolver returns would count as thrown. */
export class Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ code, message, details }: ServiceError) {
    this.code = code;
    this.message = shortened(message);
    this.details = shortenedFacts(details);
  }
}

export const ErrorInterface = builder.interfaceRef<Refusal>("Error").implement({
  description: "A refusal, with its reason. Each kind adds its own facts.",
  fields: (t) => ({
    message: t.exposeString("message", {
      description: "For people; says what to do where something can be done.",
    }),
    code: t.field({
      type: ErrorCodeEnum,
      description: "For programs; stable.",
      resolve: (error) => error.code,
    }),
  }),
});

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

interface Problem {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

function problems(value: unknown): readonly Problem[] {
  return list(value).map((item) => {
    const { code, path, message } = Object(item) as Record<string, unknown>;
    return { code: text(code), path: text(path), message: text(message) };
  });
}

export const DesignProblem = builder.objectRef<Problem>("DesignProblem").implement({
  description: "One thing that is wrong with a design.",
  fields: (t) => ({
    code: t.exposeString("code", { description: "For programs; stable." }),
    path: t.exposeString("path", {
      description: "Where in the document, for example `edges[3].data.timeoutMs`; empty: the whole.",
    }),
    message: t.exposeString("message", { description: "For people." }),
  }),
});

function errorType(name: string) {
  return builder.objectRef<Refusal>(name);
}

export const InvalidInputError = errorType("InvalidInputError").implement({
  description: "The input is wrong; the message says what to change.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    path: t.string({
      nullable: true,
      description: 'The argument at fault, for example "input.speed"; null when it is not a single one.',
      resolve: (error) => textOrNull(error.details.path),
    }),
  }),
});

export const DesignNotFoundError = errorType("DesignNotFoundError").implement({
  description: "There is no such design, or the viewer may not see it.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    designId: t.id({
      description: "The design that was asked for.",
      resolve: (error) => text(error.details.designId),
    }),
  }),
});

export const DesignInvalidError = errorType("DesignInvalidError").implement({
  description: "The design cannot be simulated as it is.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    problems: t.field({
      type: [DesignProblem],
      description: "Everything that is wrong with it.",
      resolve: (error) => problems(error.details.problems),
    }),
  }),
});

export const IdempotencyConflictError = errorType("IdempotencyConflictError").implement({
  description: "The idempotency key has already started a simulation, with other input. Use a new key.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    simulationId: t.id({
      description: "The simulation that the key started.",
      resolve: (error) => text(error.details.simulationId),
    }),
    fields: t.stringList({
      description: "The fields of the input that differ.",
      resolve: (error) => list(error.details.fields).map(text),
    }),
  }),
});

export const LimitExceededError = errorType("LimitExceededError").implement({
  description: "A limit of the service is reached.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    limit: t.string({
      description: "The name of the limit.",
      resolve: (error) => text(error.details.limit),
    }),
    maximum: t.float({
      description: "Its value.",
      resolve: (error) => number(error.details.maximum),
    }),
  }),
});

export const SimulationNotFoundError = errorType("SimulationNotFoundError").implement({
  description: "There is no such simulation, or the viewer may not see it.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    simulationId: t.id({
      description: "The simulation that was asked for.",
      resolve: (error) => text(error.details.simulationId),
    }),
  }),
});

export const ForbiddenError = errorType("ForbiddenError").implement({
  description: "The viewer may see it, but needs a greater role to do this.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    role: t.field({
      type: RoleEnum,
      description: "The least role that may; where it is about no project, of the whole service.",
      resolve: (error) => oneOf(roles, error.details.role),
    }),
  }),
});

export const UnauthenticatedError = errorType("UnauthenticatedError").implement({
  description: "The token is not one that the service takes; the message says why.",
  interfaces: [ErrorInterface],
});

export const InvalidTransitionError = errorType("InvalidTransitionError").implement({
  description: "The simulation is in a status in which this cannot be done.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    status: t.field({
      type: SimulationStatusEnum,
      description: "Its status.",
      resolve: (error) => oneOf(simulationStatuses, error.details.status),
    }),
    desiredStatus: t.field({
      type: DesiredStatusEnum,
      description: "What was last asked of it.",
      resolve: (error) => oneOf(["RUNNING", "PAUSED", "STOPPED"] as const, error.details.desiredStatus),
    }),
  }),
});

export const UnavailableError = errorType("UnavailableError").implement({
  description:
    "A part of the service is down, so that the outcome is unknown. The same request may be sent again.",
  interfaces: [ErrorInterface],
});

function oneOf<T extends string>(values: readonly T[], value: unknown): T {
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw new Error("A refusal without its facts.");
  return found;
}

/** The type that shows an error as data. The one table; a code that is missing here never is data. */
const typeOfCode = {
  BAD_INPUT: InvalidInputError,
  DESIGN_NOT_FOUND: DesignNotFoundError,
  DESIGN_INVALID: DesignInvalidError,
  IDEMPOTENCY_CONFLICT: IdempotencyConflictError,
  LIMIT_EXCEEDED: LimitExceededError,
  SIMULATION_NOT_FOUND: SimulationNotFoundError,
  UNAUTHENTICATED: UnauthenticatedError,
  FORBIDDEN: ForbiddenError,
  INVALID_TRANSITION: InvalidTransitionError,
  UNAVAILABLE: UnavailableError,
} as const;

export type DataErrorCode = keyof typeof typeOfCode;

export const errorTypes = (codes: readonly DataErrorCode[]) => codes.map((code) => typeOfCode[code]);

export const errorTypeName = (error: Refusal): string | undefined =>
  isDataCode(error.code) ? typeOfCode[error.code].name : undefined;

function isDataCode(code: ErrorCode): code is DataErrorCode {
  return code in typeOfCode;
}
