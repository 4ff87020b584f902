// Statements that the server keeps, for connections that speak to it directly: what is sent again and again in the same
// words is read and planned once, not each time. Such a statement says so itself, by `kept` at its beginning; where none
// are kept that is a comment like any other.
import { createHash } from "node:crypto";
import type pg from "pg";

/** There may be few texts that begin with it: each is kept for as long as its connection lives. */
export const kept = "/* kept */";

/** invalid_sql_statement_name, duplicate_prepared_statement: another session than the one that was told the name. */
const notKept: ReadonlySet<unknown> = new Set(["26000", "42P05"]);

/** Of all connections to one address. */
export class StatementKeeper {
  /** A pooler that passes settings on is told from a server by this alone: what was kept is not there. */
  #keeps = true;
  readonly #names = new Map<string, string>();

  /** From now on the client sends such statements by a name. The one that finds out that none are kept fails. */
  serve(client: pg.ClientBase): void {
    const { query } = client;
    const named = (...sent: unknown[]): unknown => {
      const [text, values] = sent;
      const isKept = this.#keeps && typeof text === "string" && text.startsWith(kept);
      if (!isKept || !Array.isArray(values)) return Reflect.apply(query, client, sent);
      const answer = Reflect.apply(query, client, [{ text, values, name: this.#nameOf(text) }]);
      return answer.catch((error: unknown) => this.#failed(error));
    };
    Object.defineProperty(client, "query", { value: named });
  }

  #failed(error: unknown): never {
    if (error instanceof Error && "code" in error && notKept.has(error.code)) this.#keeps = false;
    throw error;
  }

  #nameOf(text: string): string {
    const name = this.#names.get(text) ?? createHash("sha256").update(text).digest("hex").slice(0, 32);
    this.#names.set(text, name);
    return name;
  }
}
