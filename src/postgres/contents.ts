// Documents by the hash of their bytes. A replica sends what it does not know to be in the database, and the statement
// that relies on what is known to be there makes sure of it: a database that was restored may have lost it.
import { createHash } from "node:crypto";
import { databaseJson } from "./json.ts";

export interface Content {
  /** SHA-256, in hex. */
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Documents are never changed: what was made of one stays right for as long as there is the document. */
const made = new WeakMap<object, Content>();

/** Of a document that is JSON. */
export function jsonContent(document: unknown): Content {
  const make = () => Buffer.from(databaseJson(document));
  return typeof document === "object" && document !== null ? kept(document, make) : contentOf(make());
}

/** Of bytes that are never changed. */
export function bytesContent(bytes: Uint8Array): Content {
  return kept(bytes, () => bytes);
}

/** Of a part of that object, always the same part. */
export function partContent(whole: object, part: unknown): Content {
  return kept(whole, () => Buffer.from(databaseJson(part)));
}

function kept(document: object, bytes: () => Uint8Array): Content {
  const content = made.get(document) ?? contentOf(bytes());
  made.set(document, content);
  return content;
}

function contentOf(bytes: Uint8Array): Content {
  return { hash: createHash("sha256").update(bytes).digest("hex"), bytes };
}

/** Hashes remembered; of what is forgotten the bytes are sent once more. */
const mostKnown = 10_000;

/** What is known to be in the database. */
export class KnownContents {
  readonly #hashes = new Set<string>();

  /** What is used is remembered longer. */
  has({ hash }: Content): boolean {
    if (!this.#hashes.delete(hash)) return false;
    this.#hashes.add(hash);
    return true;
  }

  add({ hash }: Content): void {
    this.#hashes.delete(hash);
    this.#hashes.add(hash);
    const [oldest] = this.#hashes;
    if (this.#hashes.size > mostKnown && oldest !== undefined) this.#hashes.delete(oldest);
  }

  forget(): void {
    this.#hashes.clear();
  }
}
