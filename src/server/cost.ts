// What an operation costs, in points that say no more than what is dearer. By what it asks for, told before it
// runs; a subscription pays when it starts, and its events cost nothing.
import { type DocumentNode, getOperationAST, type OperationTypeNode } from "graphql";

/**
 * Of each root field: a query reads; a mutation writes and is acknowledged on disk; a subscription is set up and let go.
 */
export const baseCosts: Readonly<Record<`${OperationTypeNode}`, number>> = {
  query: 1,
  mutation: 5,
  subscription: 5,
};
/** Of a root field that is a thousand commands. */
export const bulkCosts: Readonly<Record<string, number>> = { stopSimulations: 50 };
/** So many values of the answer cost a point more. */
export const valuesPerPoint = 1_000;
/** Of a document that is not run: it was read. */
export const refusedCost = 1;

/** What an operation asks for, as it is measured. */
interface Asked {
  /** Values in the answer, about. */
  readonly values: number;
  /** Root fields, each as `rootsOf` its name. */
  readonly roots: number;
}

/** Whole points, at least 1. */
export function costOf(
  document: DocumentNode,
  operationName: string | null | undefined,
  { values, roots }: Asked,
): number {
  const operation = getOperationAST(document, operationName)?.operation;
  const base = operation === undefined ? refusedCost : baseCosts[operation] * Math.max(1, roots);
  return base + Math.floor(values / valuesPerPoint);
}

/** For how many root fields of its operation one of this name stands. */
export function rootsOf(name: string): number {
  return Object.hasOwn(bulkCosts, name) ? Math.ceil((bulkCosts[name] ?? 0) / baseCosts.mutation) : 1;
}
