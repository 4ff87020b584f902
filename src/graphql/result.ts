// The result of a mutation: what succeeded, or a refusal as data. Whatever is not among the mutation's refusals
// is thrown on, and masked where it leaves the service.
import { ServiceError } from "../core/errors.ts";
import { builder } from "./builder.ts";
import { type DataErrorCode, errorTypeName, errorTypes, Refusal } from "./errors.ts";

/** The type of an object that `builder.objectRef(…).implement(…)` made. */
type ImplementedRef<T> = ReturnType<ReturnType<typeof builder.objectRef<T>>["implement"]>;

/** The union of a success and the refusals of a command. */
export function resultUnion<T extends object>(
  name: string,
  success: ImplementedRef<T>,
  refusals: readonly DataErrorCode[],
) {
  return builder.unionType(name, {
    description: `${success.name}, or why not.`,
    types: [success, ...errorTypes(refusals)],
    resolveType: (value) => (value instanceof Refusal ? errorTypeName(value) : success.name),
  });
}

/** Runs a command: its result, or its refusal where that is among `refusals`. */
export async function answer<T>(
  refusals: readonly DataErrorCode[],
  command: () => Promise<T>,
): Promise<T | Refusal> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof ServiceError && refusals.some((code) => code === error.code)) {
      return new Refusal(error);
    }
    throw error;
  }
}
