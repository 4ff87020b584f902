// Every mutation leaves an entry in the audit trail: here, around all of them at once, so that a new one cannot be
// forgotten. What is secret (a token) or the user's own text (a message) is not in it.
import type { GraphQLSchema } from "graphql";
import { correlationId } from "../core/correlation.ts";
import { ServiceError } from "../core/errors.ts";
import type { AuditEntry } from "../core/ports/audit.ts";
import { hasRole, type Viewer } from "../core/viewer.ts";
import type { GraphQLContext } from "./context.ts";
import { Refusal } from "./errors.ts";

const subjectCharacters = 300;

export function audited(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve, name } = field;
    if (resolve === undefined) throw new Error(`The mutation ${name} has no resolver.`);
    field.resolve = async (source, args: Arguments, context: GraphQLContext, info) => {
      try {
        const result: unknown = await resolve(source, args, context, info);
        await record(name, args, context, result, result instanceof Refusal ? result.code : "DONE");
        return result;
      } catch (error) {
        const code = error instanceof ServiceError ? error.code : "INTERNAL_SERVER_ERROR";
        await record(name, args, context, undefined, code);
        throw error;
      }
    };
  }
  return schema;
}

type Arguments = Readonly<Record<string, unknown>>;

async function record(
  action: string,
  args: Arguments,
  context: GraphQLContext,
  result: unknown,
  outcome: AuditEntry["result"],
): Promise<void> {
  const { viewer, caller, trail } = context;
  const places = stoppedPlaces(result) ?? [await placeOf(args, context, result, outcome)];
  const entry = {
    userId: viewer.userId,
    action,
    subject: subjectOf(args),
    transport: caller.transport,
    address: caller.address,
    result: outcome,
    correlationId: correlationId() ?? null,
  };
  await Promise.all(places.map((place) => trail.record({ ...entry, ...place })));
}

function subjectOf({ id, userId, input, filter }: Arguments): string | null {
  const subject = text(id) ?? text(userId) ?? text(property(input, "designId"));
  if (subject !== undefined) return subject.slice(0, subjectCharacters);
  return filter === undefined ? null : JSON.stringify(filter).slice(0, subjectCharacters);
}

type Place = Pick<AuditEntry, "simulationId" | "projectId">;

/** Of each simulation that many were stopped with; undefined: it was not about many, or there were none. */
function stoppedPlaces(result: unknown): readonly Place[] | undefined {
  const stopped = property(result, "stopped");
  if (!Array.isArray(stopped) || stopped.length === 0) return undefined;
  return stopped.map((one) => ({
    simulationId: text(property(one, "id")) ?? null,
    projectId: text(property(one, "projectId")) ?? null,
  }));
}

/** Of which simulation, and of which project: what was refused to somebody who sees it is its project's matter too. */
async function placeOf(
  args: Arguments,
  { store, viewer }: GraphQLContext,
  result: unknown,
  outcome: string,
): Promise<Place> {
  const simulationId = text(args.id) ?? (args.input === undefined ? undefined : text(property(result, "id")));
  const known = text(property(result, "projectId")) ?? projectNamed(args, viewer);
  if (known !== undefined) return { simulationId: simulationId ?? null, projectId: known };
  if (simulationId === undefined || outcome === "UNAVAILABLE")
    return { simulationId: simulationId ?? null, projectId: null };
  const seen = await store.get(viewer, simulationId).catch(() => null);
  return { simulationId, projectId: seen?.projectId ?? null };
}

/** Nobody writes into the trail of a project that they have nothing to do with. */
function projectNamed({ input, filter }: Arguments, viewer: Viewer): string | undefined {
  const named = text(property(input, "projectId")) ?? text(property(filter, "projectId"));
  return named !== undefined && hasRole(viewer, named, "viewer") ? named : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
