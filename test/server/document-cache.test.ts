import { parse } from "graphql";
import { expect, it } from "vitest";
import { createDocumentCache, documentCacheLimits } from "../../src/server/document-cache.ts";

const document = parse("{ __typename }");
const textOf = (index: number, length: number) => `${index} `.padEnd(length, "#");

it("keeps documents that are asked again", () => {
  const cache = createDocumentCache();
  cache.set("{ __typename }", document);
  expect(cache.get("{ __typename }")).toBe(document);
  expect(cache.get("{ other }")).toBeUndefined();
});

it("is bounded by the length of all their texts, and forgets what was not asked for longest", () => {
  const cache = createDocumentCache();
  const length = 10_000;
  const count = 100;
  for (let index = 0; index < count; index++) {
    cache.set(textOf(index, length), document);
    cache.get(textOf(0, length));
  }
  const kept = Array.from({ length: count }, (_, index) => cache.get(textOf(index, length))).filter(Boolean);
  expect(kept.length * length).toBeLessThanOrEqual(documentCacheLimits.characters);
  expect(cache.get(textOf(0, length))).toBe(document);
  expect(cache.get(textOf(1, length))).toBeUndefined();
});

it("does not keep one that is very long", () => {
  const cache = createDocumentCache();
  const text = textOf(0, documentCacheLimits.charactersOfOne + 1);
  cache.set(text, document);
  expect(cache.get(text)).toBeUndefined();
});
