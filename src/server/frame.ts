// Text frames of a WebSocket server (RFC 6455, section 5.2), as strings of bytes: each character is one byte, so that
// a frame is put together by joining strings and leaves in one write, `latin1`, without a buffer of its own.
import { utf8 } from "../core/bytes.ts";

/** What stands before a payload of so many bytes: final, text, not masked, its length. */
export function textHead(bytes: number): string {
  if (bytes < 126) return String.fromCharCode(0x81, bytes);
  if (bytes < 0x1_0000) return String.fromCharCode(0x81, 126, bytes >> 8, bytes & 0xff);
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(bytes));
  return `\x81\x7f${length.toString("latin1")}`;
}

/** A whole frame around a payload of bytes. */
export function frameOf(payload: string): string {
  return textHead(payload.length) + payload;
}

/** A whole frame around a text. */
export function textFrame(text: string): string {
  return frameOf(utf8(text));
}
