import { MAX_DOCUMENT_DEPTH, MAX_DOCUMENT_VALUES, MAX_FIELDS, MAX_LINKS, MAX_NODES } from "./limits.ts";
import { type DesignProblem, problem } from "./problem.ts";

/**
 * Refuses what is too large to check at all, before the schema sees it: the work of checking, and the number of
 * problems it can find, grow with the document. Walks without recursion, so that depth costs no stack.
 */
export function tooLarge(input: unknown): DesignProblem | undefined {
  const pending: unknown[] = [input];
  const depths: number[] = [0];
  let values = 1;
  while (pending.length > 0) {
    const value = pending.pop();
    const depth = depths.pop() ?? 0;
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_DOCUMENT_DEPTH)
      return problem("E-LIMITS", "", `Nest the document at most ${MAX_DOCUMENT_DEPTH} deep.`);
    const children = childrenOf(value);
    if (!Array.isArray(children)) return children;
    values += children.length;
    if (values > MAX_DOCUMENT_VALUES)
      return problem(
        "E-LIMITS",
        "",
        `Make the design smaller: it holds more than ${MAX_DOCUMENT_VALUES} values.`,
      );
    for (const child of children) {
      if (typeof child !== "object") continue;
      pending.push(child);
      depths.push(depth + 1);
    }
  }
  return tooMany(input, "nodes", MAX_NODES) ?? tooMany(input, "edges", MAX_LINKS);
}

function childrenOf(value: object): unknown[] | DesignProblem {
  if (Array.isArray(value)) return value;
  const children: unknown[] = Object.values(value);
  if (children.length > MAX_FIELDS)
    return problem("E-LIMITS", "", `Give an object at most ${MAX_FIELDS} fields.`);
  if (Object.hasOwn(value, "__proto__")) return problem("E-SCHEMA", "", "Remove the field named __proto__.");
  return children;
}

function tooMany(input: unknown, field: string, limit: number): DesignProblem | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  const list: unknown = Reflect.get(input, field);
  if (!Array.isArray(list) || list.length <= limit) return undefined;
  return problem("E-LIMITS", field, `Give at most ${limit} ${field}; these are ${list.length}.`);
}
