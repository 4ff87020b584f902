// Parsed documents, so that what is asked again is not parsed and validated again. Bounded by what it takes, not by its
// number: a parsed document can take a hundred times its text.
import type { DocumentNode } from "graphql";
import { LRUCache } from "lru-cache";

export const documentCacheLimits = {
  /** Of the texts of all of them together. At the worst, all fields of one letter, they take some 50 MiB parsed. */
  characters: 200_000,
  /** Longer ones, which are rarely asked twice, are not kept. */
  charactersOfOne: 20_000,
} as const;

export interface DocumentCache {
  get(text: string): DocumentNode | undefined;
  set(text: string, document: DocumentNode): unknown;
}

export function createDocumentCache(): DocumentCache {
  return new LRUCache<string, DocumentNode>({
    maxSize: documentCacheLimits.characters,
    maxEntrySize: documentCacheLimits.charactersOfOne,
    sizeCalculation: (_, text) => Math.max(1, text.length),
  });
}
