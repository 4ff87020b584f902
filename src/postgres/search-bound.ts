// A list that no index serves is searched only for so long. The bound is the connections' own (postgres.ts); the
// embedded database, which is one thread, cannot end a statement and has none.
import { ServiceError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";

/** Throws BAD_INPUT where the database has ended the search. */
export async function bounded<T>(search: () => Promise<T>): Promise<T> {
  try {
    return await search();
  } catch (error) {
    if (!isEnded(error)) throw error;
    throw new ServiceError(
      "BAD_INPUT",
      `No index serves this filter, and the search took longer than ${limits.listSearchMs / 1_000} s. Leave out ` +
        "`labels` and `desiredStatuses`, or add a span of time (`createdAfter`, `createdBefore`). What is always " +
        "served: `ids`; or any of `projectId`, `userId`, `mine`, `designId`, `statuses`, `createdAfter`, " +
        "`createdBefore` (docs/lists.md).",
      { path: "filter" },
      error,
    );
  }
}

/** query_canceled. */
function isEnded(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "57014";
}
