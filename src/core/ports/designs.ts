import type { DesignProblem } from "../design/problem.ts";

/** A design as its owner keeps it. `document` is the raw JSON; its id, revision and name are those beside it. */
export type FetchedDesign = {
  readonly id: string;
  readonly revision: number;
  readonly name: string;
  readonly document: unknown;
};

/**
 * found: a design whose document passed `parseDesign`. not-found: there is none, or the caller may not see it.
 * unavailable: nobody knows now; asking again later may help. invalid: there is one, and it is not a design.
 */
export type DesignFetch =
  | { readonly kind: "found"; readonly design: FetchedDesign }
  | { readonly kind: "not-found" }
  | { readonly kind: "unavailable"; readonly reason: string }
  | { readonly kind: "invalid"; readonly problems: readonly DesignProblem[] };

export type DesignList =
  | { readonly kind: "listed"; readonly designs: readonly FetchedDesign[]; readonly hasMore: boolean }
  | { readonly kind: "unavailable"; readonly reason: string };

export type DesignRequest = {
  /** The caller's own `Authorization` header, where there is one: designs are read with the caller's rights. */
  readonly authorization?: string;
  /** Who the design is for: whoever is asked with the service's own rights is told, and must judge by the user's. */
  readonly userId?: string;
  /** Ends the request early; the answer is then `unavailable`. */
  readonly signal?: AbortSignal;
};

/** Where designs are kept. Read-only here. No method ever throws. */
export interface DesignSource {
  /** One design. An id that cannot be a design's is not-found. */
  fetch(id: string, options: DesignRequest): Promise<DesignFetch>;
  /** Many at once; answers in the order of ids, one for each. */
  fetchMany(ids: readonly string[], options: DesignRequest): Promise<readonly DesignFetch[]>;
  /** Designs that can be listed, ascending by id (code units), those after a given id, at most `first`. */
  list(options: DesignRequest & { readonly first: number; readonly after?: string }): Promise<DesignList>;
  /** Releases sockets and timers. Idempotent; requests under way end as `unavailable`. */
  close(): Promise<void>;
}
