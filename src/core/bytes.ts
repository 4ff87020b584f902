// UTF-8 as a string that has a character for each byte: it is cut, looked through and joined like any other, and is written
// to a socket as it is (`latin1`).

const beyondAscii = /[\u0080-\uffff]/;

/** The UTF-8 of a text. */
export function utf8(text: string): string {
  return beyondAscii.test(text) ? Buffer.from(text).toString("latin1") : text;
}

/** The text that these bytes are. */
export function textOf(bytes: string): string {
  return beyondAscii.test(bytes) ? Buffer.from(bytes, "latin1").toString() : bytes;
}

/** The same, and no part of another string, which it would keep. */
export function copyOf(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("latin1");
}
