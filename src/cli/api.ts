// Queries and mutations over HTTP.
import { setTimeout as pause } from "node:timers/promises";
import { messageOf, Refused, Unreachable } from "./errors.ts";
import type { TypedDocumentString } from "./gql/graphql.ts";
import { credentials, noToken, type TokenSource } from "./token.ts";

/** How long an answer may take, all tries together, s. Longer than the service itself tries to give one. */
export const usualTimeoutS = 20;
/** Pauses before asking again, ms. Every operation of ours may be sent twice: starts carry a key. */
const askAgainAfterMs = [200, 800, 2_000];

export class Api {
  /** The service's address, without a slash at the end. */
  readonly url: string;
  /** With which it is asked. */
  readonly token: TokenSource;
  readonly #signal: AbortSignal;
  readonly #timeoutS: number;

  constructor(url: string, signal: AbortSignal, timeoutS: number, token = noToken) {
    this.url = url;
    this.token = token;
    this.#signal = signal;
    this.#timeoutS = timeoutS;
  }

  /**
   * Throws Refused for errors of GraphQL, Unreachable when no answer can be had within the timeout. A connection that
   * breaks off is tried again; one that nobody takes is not: nothing listens there.
   */
  async ask<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result> {
    const deadline = AbortSignal.timeout(Math.ceil(this.#timeoutS * 1000));
    for (const waitMs of askAgainAfterMs) {
      try {
        return await this.#once(document, variables, deadline);
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        await pause(waitMs, undefined, { signal: this.#signal });
      }
    }
    return await this.#once(document, variables, deadline);
  }

  async #once<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    deadline: AbortSignal,
  ): Promise<Result> {
    const text = await this.#post(JSON.stringify({ query: document.toString(), variables }), deadline);
    const answer = parsed<Result>(text);
    const [error] = answer?.errors ?? [];
    if (error !== undefined) throw new Refused(error.extensions?.code ?? "ERROR", error.message);
    if (answer?.data === undefined || answer.data === null) {
      throw new Unreachable(`What answers at ${this.url} is not the service's API.`);
    }
    return answer.data;
  }

  async #post(body: string, deadline: AbortSignal): Promise<string> {
    const shown = credentials(await this.token());
    try {
      const response = await fetch(`${this.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json", ...shown },
        body,
        signal: AbortSignal.any([this.#signal, deadline]),
      });
      // A service that has no such path says so in its own words; here it means another address.
      return response.status === 404 ? "" : await response.text();
    } catch (error) {
      if (this.#signal.aborted) throw error;
      if (deadline.aborted) {
        throw new Unreachable(`The service at ${this.url} has not answered within ${this.#timeoutS} s.`);
      }
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      const message = `Cannot reach the service at ${this.url}: ${reasonOf(cause)}.`;
      throw nobodyListens(cause) ? new Unreachable(message) : new Broken(message);
    }
  }
}

/** The connection broke off, so that the outcome is unknown. */
class Broken extends Unreachable {}

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

// The shape of `data` is the document's, by the server's schema.
function parsed<Result>(text: string): Answer<Result> | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function nobodyListens(error: unknown): boolean {
  return ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH"].includes(String(codeOf(error)));
}

/** Of several attempts, as to the addresses of one name, only the code is readable. */
function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === "ECONNREFUSED") return "nothing listens there (start it with `npm start`)";
  if (code === "ENOTFOUND") return "there is no such host";
  return messageOf(error).replace(/\.$/, "");
}
