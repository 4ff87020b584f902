import { z } from "zod";
import { parseDesign } from "../../core/design/parse.ts";
import { echo, problem } from "../../core/design/problem.ts";
import type { DesignFetch, FetchedDesign } from "../../core/ports/designs.ts";

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Largest design document, in bytes. */
export const MAX_DESIGN_BYTES = 4 * 1024 * 1024;

/** Can this be a design's id? No other string ever becomes part of a path or URL. */
export function isDesignId(id: string): boolean {
  return ID.test(id);
}

const envelope = z.looseObject({
  id: z.string().regex(ID),
  revision: z.int().min(0).max(2_147_483_647),
  name: z.string().min(1).max(200),
});

/** What a document says of itself, where it is enough to list it; the rest of it is not looked at. */
export function listed(document: unknown): FetchedDesign | undefined {
  const parsed = envelope.safeParse(document);
  if (!parsed.success) return undefined;
  const { id, revision, name } = parsed.data;
  return { id, revision, name, document };
}

/** Checks a document that was asked for by this id. */
export function checked(id: string, document: unknown): DesignFetch {
  const parsed = parseDesign(document);
  if ("problems" in parsed) return { kind: "invalid", problems: parsed.problems };
  const { design } = parsed;
  if (design.id !== id)
    return {
      kind: "invalid",
      problems: [problem("E-SCHEMA", "id", `Let id be ${echo(id)}, by which the design is asked for.`)],
    };
  return { kind: "found", design: { id, revision: design.revision, name: design.name, document } };
}

/** Ascending by code units, as every list of designs is. */
export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
