import { MAX_DOCUMENT_DEPTH, MAX_DOCUMENT_VALUES, MAX_LINKS, MAX_NODES } from "./limits.ts";
import { type DesignProblem, problem } from "./problem.ts";

/**
 * Refuses what is too large to check at all, before the schema sees it: the work of checking, and the number of
 * problems it can find, grow with the document. Walks without recursion, so that depth costs no stack.
 */
export function tooLarge(input: unknown): DesignProblem | undefined {
  const pending: { value: unknown; depth: number }[] = [{ value: input, depth: 0 }];
  let values = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    values += 1;
    if (values > MAX_DOCUMENT_VALUES)
      return problem(
        "E-LIMITS",
        "",
        `Make the design smaller: it holds more than ${MAX_DOCUMENT_VALUES} values.`,
      );
    if (next.depth > MAX_DOCUMENT_DEPTH)
      return problem("E-LIMITS", "", `Nest the document at most ${MAX_DOCUMENT_DEPTH} deep.`);
    const { value, depth } = next;
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(value, "__proto__"))
      return problem("E-SCHEMA", "", "Remove the field named __proto__.");
    const children: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
    if (values + pending.length + children.length > MAX_DOCUMENT_VALUES)
      return problem(
        "E-LIMITS",
        "",
        `Make the design smaller: it holds more than ${MAX_DOCUMENT_VALUES} values.`,
      );
    for (const child of children) pending.push({ value: child, depth: depth + 1 });
  }
  return tooMany(input, "nodes", MAX_NODES) ?? tooMany(input, "edges", MAX_LINKS);
}

function tooMany(input: unknown, field: string, limit: number): DesignProblem | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  const list: unknown = Reflect.get(input, field);
  if (!Array.isArray(list) || list.length <= limit) return undefined;
  return problem("E-LIMITS", field, `Give at most ${limit} ${field}; these are ${list.length}.`);
}
