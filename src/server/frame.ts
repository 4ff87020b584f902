// Text frames of a WebSocket server (RFC 6455, section 5.2), put together from strings that have a character for each byte.

/** A payload, in two parts: most begin and end with what is the same for many. */
export interface Payload {
  readonly head: string;
  readonly rest: string;
}

/** Of a whole frame. */
export function frameBytes({ head, rest }: Payload): number {
  const bytes = head.length + rest.length;
  if (bytes < 126) return 2 + bytes;
  return (bytes < 0x1_0000 ? 4 : 10) + bytes;
}

/** Puts a whole frame there: final, text, not masked. The place after it. */
export function putFrame({ head, rest }: Payload, into: Buffer, from: number): number {
  const bytes = head.length + rest.length;
  let at = from;
  into[at++] = 0x81;
  if (bytes < 126) {
    into[at++] = bytes;
  } else if (bytes < 0x1_0000) {
    into[at++] = 126;
    into[at++] = bytes >> 8;
    into[at++] = bytes;
  } else {
    into[at++] = 127;
    at = into.writeBigUInt64BE(BigInt(bytes), at);
  }
  at += into.write(head, at, "latin1");
  return at + into.write(rest, at, "latin1");
}
