// Where values of JSON (RFC 8259) end, in its UTF-8.
import { ascii } from "./literal.ts";

/** No place: what was expected is not there. It stays none whatever is looked for behind it. */
export const none = -1;

const [quote, backslash, letterU, letterE] = ascii('"\\ue');
const [minus, plus, point, zero = 0, nine = 0] = ascii("-+.09");
const firstPrintable = 0x20;
const escapes = new Set(ascii('"\\/bfnrtu'));
/** Characters of a number: the longest that `JSON.stringify` writes has 25. */
const longestNumber = 32;

/** The place after the number that begins there; `none`: there is no number of JSON, or one that nobody would write. */
export function afterNumber(bytes: Uint8Array, from: number): number {
  if (from === none) return none;
  const first = bytes[from] === minus ? from + 1 : from;
  let at = afterDigits(bytes, first);
  if (bytes[first] === zero && at > first + 1) return none;
  if (at !== none && bytes[at] === point) at = afterDigits(bytes, at + 1);
  if (at !== none && bytes[at] === letterE) {
    const isSigned = bytes[at + 1] === minus || bytes[at + 1] === plus;
    at = afterDigits(bytes, isSigned ? at + 2 : at + 1);
  }
  return at - from > longestNumber ? none : at;
}

function afterDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let byte = bytes[at] ?? 0; byte >= zero && byte <= nine; byte = bytes[at] ?? 0) at += 1;
  return at === from ? none : at;
}

/** The place after the string that begins there; `none`: there is no string of JSON. */
export function afterString(bytes: Uint8Array, from: number): number {
  if (from === none || bytes[from] !== quote) return none;
  for (let at = from + 1; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) return at + 1;
    if (byte < firstPrintable) return none;
    if (byte === backslash) {
      at += 1;
      if (!escapes.has(bytes[at] ?? 0) || (bytes[at] === letterU && !isHex(bytes, at + 1))) return none;
    }
  }
  return none;
}

function isHex(bytes: Uint8Array, from: number): boolean {
  return /^[\da-f]{4}$/i.test(String.fromCharCode(...bytes.subarray(from, from + 4)));
}
