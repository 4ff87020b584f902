// What came from outside is never said back at length: a client that sends 50 KB would be answered with as much, once
// for every alias.

/** Characters of a text that is said back. */
export const echoedCharacters = 300;

export function shortened(text: string): string {
  return text.length <= echoedCharacters ? text : `${text.slice(0, echoedCharacters).toWellFormed()}…`;
}

/** Every text within the facts of an error, which hold what JSON can say. */
export function shortenedFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, allShortened(fact)]));
}

function allShortened(value: unknown): unknown {
  if (typeof value === "string") return shortened(value);
  if (Array.isArray(value)) return value.map(allShortened);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [shortened(key), allShortened(one)]));
}
