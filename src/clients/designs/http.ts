import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type {
  DesignFetch,
  DesignList,
  DesignRequest,
  DesignSource,
  FetchedDesign,
} from "../../core/ports/designs.ts";
import type { Log } from "../../core/ports/log.ts";
import { byId, checked, isDesignId, listed, MAX_DESIGN_BYTES } from "./document.ts";
import { type Answer, getJson } from "./http-get.ts";
import { type CircuitWord, DEFAULT_RESILIENCE, type ResilienceOptions, resilient } from "./resilience.ts";

/** Designs asked for in one request. */
const BATCH = 20;
/** Largest answer that holds several designs, in bytes. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;

export type HttpDesignsOptions = Partial<ResilienceOptions> & {
  /** Largest answer with one design, in bytes. */
  readonly maxBytes?: number;
  /** The service's own `Authorization`, used where the caller has none. */
  readonly authorization?: string;
  /** Told whenever the circuit breaker changes. */
  readonly circuit?: (state: CircuitWord) => void;
};

/**
 * Designs from a Design Service: GET {url}/designs/{id}, GET {url}/designs?ids=a,b, GET {url}/designs?first=&after=.
 * Several come as a JSON array, or as { designs: [...], hasMore? }; one that is missing there is not-found.
 * 404, 401 and 403 are not-found: what a caller may not read does not exist for them.
 */
export function httpDesigns(url: string, log: Log, options: HttpDesignsOptions = {}): DesignSource {
  return new HttpDesigns(url, log, options);
}

type Unavailable = { readonly kind: "unavailable"; readonly reason: string };

class HttpDesigns implements DesignSource {
  readonly #base: URL;
  readonly #log: Log;
  readonly #own: string | undefined;
  readonly #maxBytes: number;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #run: ReturnType<typeof resilient>;
  readonly #closing = new AbortController();

  constructor(url: string, log: Log, options: HttpDesignsOptions) {
    const resilience = { ...DEFAULT_RESILIENCE, ...options };
    this.#base = new URL(url.endsWith("/") ? url : `${url}/`);
    this.#log = log;
    this.#own = options.authorization ?? basicOf(this.#base);
    this.#base.username = "";
    this.#base.password = "";
    this.#maxBytes = options.maxBytes ?? MAX_DESIGN_BYTES;
    const sockets = {
      keepAlive: true,
      maxSockets: resilience.concurrency,
      maxFreeSockets: resilience.concurrency,
    };
    this.#agent = this.#base.protocol === "https:" ? new HttpsAgent(sockets) : new HttpAgent(sockets);
    this.#run = resilient(resilience, options.circuit);
  }

  async fetch(id: string, options: DesignRequest): Promise<DesignFetch> {
    if (!isDesignId(id)) return { kind: "not-found" };
    const answer = await this.#get(`designs/${encodeURIComponent(id)}`, this.#maxBytes, options);
    if (answer.kind === "json") return checked(id, answer.value);
    return isDenied(answer) ? { kind: "not-found" } : this.#unavailable(answer);
  }

  async fetchMany(ids: readonly string[], options: DesignRequest): Promise<readonly DesignFetch[]> {
    const wanted = [...new Set(ids.filter(isDesignId))];
    const batches = Array.from({ length: Math.ceil(wanted.length / BATCH) }, (_, n) =>
      wanted.slice(n * BATCH, (n + 1) * BATCH),
    );
    const answers = new Map(
      (await Promise.all(batches.map((batch) => this.#fetchBatch(batch, options)))).flat(),
    );
    return ids.map((id) => answers.get(id) ?? { kind: "not-found" });
  }

  async list(options: DesignRequest & { first: number; after?: string }): Promise<DesignList> {
    const { first, after } = options;
    // One more than wanted tells whether there are more, of a service that does not say so itself.
    const query = new URLSearchParams({
      first: String(first + 1),
      ...(after === undefined ? {} : { after }),
    });
    const answer = await this.#get(`designs?${query}`, MAX_LIST_BYTES, options);
    if (answer.kind !== "json")
      return isDenied(answer) ? { kind: "listed", designs: [], hasMore: false } : this.#unavailable(answer);
    const documents = documentsOf(answer.value);
    if (documents === undefined) return this.#unavailable(notAList);
    const found = documents
      .map(listed)
      .filter((design) => design !== undefined && (after === undefined || design.id > after));
    const designs = [
      ...new Map(
        found.flatMap((it): [string, FetchedDesign][] => (it === undefined ? [] : [[it.id, it]])),
      ).values(),
    ].sort(byId);
    return {
      kind: "listed",
      designs: designs.slice(0, first),
      hasMore: designs.length > first || saysMore(answer.value),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#agent.destroy();
  }

  async #fetchBatch(
    ids: readonly string[],
    options: DesignRequest,
  ): Promise<(readonly [string, DesignFetch])[]> {
    const answer = await this.#get(
      `designs?ids=${ids.map(encodeURIComponent).join(",")}`,
      MAX_LIST_BYTES,
      options,
    );
    // A service that cannot be asked for several is asked for each.
    if (answer.kind === "status" && [404, 405, 501].includes(answer.status))
      return Promise.all(ids.map(async (id) => [id, await this.fetch(id, options)] as const));
    const denied: DesignFetch = { kind: "not-found" };
    if (isDenied(answer)) return ids.map((id) => [id, denied]);
    const documents = answer.kind === "json" ? documentsOf(answer.value) : undefined;
    if (documents === undefined) {
      const unavailable = this.#unavailable(answer.kind === "json" ? notAList : answer);
      return ids.map((id) => [id, unavailable]);
    }
    const byItsId = new Map(documents.map((document) => [idOf(document), document]));
    return ids.map((id) => [id, byItsId.has(id) ? checked(id, byItsId.get(id)) : denied]);
  }

  async #get(path: string, maxBytes: number, asked: DesignRequest): Promise<Answer> {
    const { authorization, userId, signal } = asked;
    const url = new URL(path, this.#base);
    const credentials = authorization ?? this.#own;
    const stop = linked(signal, this.#closing.signal);
    try {
      const request = {
        agent: this.#agent,
        maxBytes,
        ...(credentials === undefined ? {} : { authorization: credentials }),
        ...(authorization === undefined && this.#own !== undefined && userId !== undefined
          ? { onBehalfOf: userId }
          : {}),
      };
      return await this.#run((attempt) => getJson(url, { ...request, signal: attempt }), stop.signal);
    } finally {
      stop.clear();
    }
  }

  #unavailable(answer: Exclude<Answer, { kind: "json" }>): Unavailable {
    const reason = `the Design Service ${reasonOf(answer)}`;
    this.#log.warn({ host: this.#base.host, reason }, "A design could not be fetched");
    return { kind: "unavailable", reason };
  }
}

const notAList: Answer & { kind: "failed" } = {
  kind: "failed",
  reason: "answered something that is not a list of designs",
  network: false,
};

function reasonOf(answer: Exclude<Answer, { kind: "json" }>): string {
  if (answer.kind === "failed") return answer.reason;
  if (answer.status >= 300 && answer.status < 400)
    return `answered with a redirect (${answer.status}), which is not followed`;
  return `answered ${answer.status}`;
}

function isDenied(answer: Answer): boolean {
  return answer.kind === "status" && [401, 403, 404, 410].includes(answer.status);
}

function documentsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null || !("designs" in value)) return undefined;
  return Array.isArray(value.designs) ? value.designs : undefined;
}

function saysMore(value: unknown): boolean {
  return typeof value === "object" && value !== null && "hasMore" in value && value.hasMore === true;
}

function idOf(document: unknown): unknown {
  return typeof document === "object" && document !== null && "id" in document ? document.id : undefined;
}

/** The user and password of a URL as a header, so that the URL itself can be shown and logged. */
function basicOf({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** Aborts with either; `clear` leaves no listener behind on the longer-lived one. */
function linked(a: AbortSignal | undefined, b: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (a?.aborted === true || b.aborted) abort();
  a?.addEventListener("abort", abort, { once: true });
  b.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    clear() {
      a?.removeEventListener("abort", abort);
      b.removeEventListener("abort", abort);
    },
  };
}
