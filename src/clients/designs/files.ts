import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { AskedTogether } from "../../core/asked-together.ts";
import { problem } from "../../core/design/problem.ts";
import type { DesignFetch, DesignList, DesignRequest, DesignSource } from "../../core/ports/designs.ts";
import type { Log } from "../../core/ports/log.ts";
import { checked, isDesignId, listed, MAX_DESIGN_BYTES } from "./document.ts";

const SUFFIX = ".json";
/** The folder also holds the schema of the designs, which is none. */
const SCHEMA_SUFFIX = ".schema";
/** Files remembered; beyond it the oldest is read again when asked for. */
const MAX_REMEMBERED = 1_000;

type Content = { readonly kind: "json"; readonly document: unknown } | DesignFetch;
type Remembered = { readonly stamp: string; readonly content: Content; readonly fetch: DesignFetch };

/**
 * Designs from a folder: `<id>.json` each. A changed file is read again, a broken one is `invalid` with the reason.
 * Everybody who can see the service can see them: `authorization` plays no part.
 */
export function fileDesigns(directory: string, log: Log): DesignSource {
  return new FileDesigns(directory, log);
}

class FileDesigns implements DesignSource {
  readonly #directory: string;
  readonly #log: Log;
  readonly #remembered = new Map<string, Remembered>();
  /** At files, each to see whether it has changed. */
  readonly #looks = new AskedTogether<{ readonly content: Content; readonly fetch: DesignFetch }>();
  #closed = false;

  constructor(directory: string, log: Log) {
    this.#directory = directory;
    this.#log = log;
  }

  async fetch(id: string, { signal }: DesignRequest): Promise<DesignFetch> {
    if (!isFileId(id)) return { kind: "not-found" };
    return this.#stopped(signal) ?? (await this.#read(id)).fetch;
  }

  async fetchMany(ids: readonly string[], options: DesignRequest): Promise<readonly DesignFetch[]> {
    const answers: DesignFetch[] = [];
    // One after the other: a folder is quick, and open files are bounded.
    for (const id of ids) answers.push(await this.fetch(id, options));
    return answers;
  }

  async list(options: DesignRequest & { first: number; after?: string }): Promise<DesignList> {
    const stopped = this.#stopped(options.signal);
    if (stopped !== undefined) return stopped;
    const ids = await this.#ids();
    if (!Array.isArray(ids)) return ids;
    const { first, after = "" } = options;
    const designs = [];
    for (const id of ids.filter((it) => it > after)) {
      if (designs.length > first) break;
      const { content } = await this.#read(id);
      const design = content.kind === "json" ? listed(content.document) : undefined;
      if (design?.id === id) designs.push(design);
    }
    return { kind: "listed", designs: designs.slice(0, first), hasMore: designs.length > first };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#remembered.clear();
  }

  #stopped(signal: AbortSignal | undefined): { kind: "unavailable"; reason: string } | undefined {
    if (this.#closed) return { kind: "unavailable", reason: "the design files are closed" };
    return signal?.aborted === true
      ? { kind: "unavailable", reason: "the request was cancelled" }
      : undefined;
  }

  /** Ids of all files that may hold a design, ascending. */
  async #ids(): Promise<string[] | { kind: "unavailable"; reason: string }> {
    try {
      const names = await readdir(this.#directory);
      return names
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => name.slice(0, -SUFFIX.length))
        .filter(isFileId)
        .sort();
    } catch (error) {
      return this.#unreadable("the folder of designs", error);
    }
  }

  #read(id: string): Promise<{ content: Content; fetch: DesignFetch }> {
    return this.#looks.of(id, () => this.#look(id));
  }

  async #look(id: string): Promise<{ content: Content; fetch: DesignFetch }> {
    try {
      const file = await open(join(this.#directory, `${id}${SUFFIX}`), "r");
      try {
        return await this.#readOpen(id, file);
      } finally {
        await file.close();
      }
    } catch (error) {
      this.#remembered.delete(id);
      if (["ENOENT", "ENOTDIR", "EISDIR", "ELOOP"].includes(codeOf(error)))
        return same({ kind: "not-found" });
      return same(this.#unreadable(`the file of design ${id}`, error));
    }
  }

  async #readOpen(id: string, file: OpenFile): Promise<{ content: Content; fetch: DesignFetch }> {
    const { isFile, size, stamp } = await stampOf(file);
    if (!isFile) return same({ kind: "not-found" });
    const known = this.#remembered.get(id);
    if (known?.stamp === stamp) return known;
    const content = size > MAX_DESIGN_BYTES ? tooLarge : await contentOf(file, size);
    const read = { stamp, content, fetch: content.kind === "json" ? checked(id, content.document) : content };
    this.#remember(id, read);
    return read;
  }

  #remember(id: string, read: Remembered): void {
    if (this.#closed) return;
    this.#remembered.delete(id);
    this.#remembered.set(id, read);
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size > MAX_REMEMBERED && oldest.done !== true) this.#remembered.delete(oldest.value);
  }

  #unreadable(what: string, error: unknown): { kind: "unavailable"; reason: string } {
    this.#log.warn({ err: error }, `Cannot read ${what}`);
    return { kind: "unavailable", reason: `${what} cannot be read (${codeOf(error)})` };
  }
}

const tooLarge = invalid(`Make the file smaller than ${MAX_DESIGN_BYTES} bytes.`);

type OpenFile = Awaited<ReturnType<typeof open>>;

function isFileId(id: string): boolean {
  return isDesignId(id) && !id.endsWith(SCHEMA_SUFFIX);
}

/** Changes whenever the file does, also where its time and size stay. */
async function stampOf(file: OpenFile): Promise<{ isFile: boolean; size: number; stamp: string }> {
  const stats = await file.stat({ bigint: true });
  const { mtimeNs, ctimeNs, ino, size } = stats;
  return { isFile: stats.isFile(), size: Number(size), stamp: `${mtimeNs} ${ctimeNs} ${ino} ${size}` };
}

/** Reads what the file held when it was looked at, no more, however it grows meanwhile. */
async function contentOf(file: OpenFile, size: number): Promise<Content> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, bytesRead));
  } catch {
    return invalid("Save the file as UTF-8.");
  }
  try {
    return { kind: "json", document: JSON.parse(text) };
  } catch {
    return invalid("Mend the file: it is not JSON.");
  }
}

function invalid(message: string): DesignFetch {
  return { kind: "invalid", problems: [problem("E-SCHEMA", "", message)] };
}

function same(fetch: DesignFetch): { content: Content; fetch: DesignFetch } {
  return { content: fetch, fetch };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
