// Statements that the server keeps, for a connection that speaks to it directly: what is sent again and again in the same
// words is read and planned once, not each time. Such a statement says so itself, by `kept` at its beginning; behind a
// pooler that is a comment like any other.
import { createHash } from "node:crypto";
import type pg from "pg";

/** There may be few texts that begin with it: each is kept for as long as its connection lives. */
export const kept = "/* kept */";

/** From now on the client sends such statements by a name. */
export function keepStatements(client: pg.ClientBase): void {
  const { query } = client;
  const named = (...sent: unknown[]): unknown => {
    const [text, values] = sent;
    const isKept = typeof text === "string" && Array.isArray(values) && text.startsWith(kept);
    return Reflect.apply(query, client, isKept ? [{ text, values, name: nameOf(text) }] : sent);
  };
  Object.defineProperty(client, "query", { value: named });
}

const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? createHash("sha256").update(text).digest("hex").slice(0, 32);
  names.set(text, name);
  return name;
}
