import { hash } from "node:crypto";

/** Bytes of a rolling digest. */
export const digestBytes = 32;

/** The digest before any event. */
export const digestOfNothing: Uint8Array = new Uint8Array(digestBytes);

/** digest(n) = SHA-256(digest(n-1), encoded event n): two runs with equal digests said the same, bit for bit. */
export function nextDigest(before: Uint8Array, event: Uint8Array): Uint8Array {
  const both = new Uint8Array(digestBytes + event.length);
  both.set(before);
  both.set(event, digestBytes);
  return hash("sha256", both, "buffer");
}
