// WebSocket sessions as bytes: a handshake, frames, and an end.
import { randomBytes } from "node:crypto";
import { hostileDocument, hostileVariables } from "./documents.ts";
import type { Tape } from "./tape.ts";
import { broken, hostileJson, hostileText, longText } from "./texts.ts";

export interface SocketInput {
  readonly bytes: Buffer;
  /** "close": with a closing frame, after an answer to the last message; "end": bytes end; "cut": at once. */
  readonly ending: "close" | "end" | "cut";
}

/** The id of the message that every orderly session ends with. */
export const lastId = "the last one";

export function socketInput(tape: Tape): SocketInput {
  const odd = tape.chance(12);
  const parts: Buffer[] = [Buffer.from(odd ? oddHandshake(tape) : handshake())];
  const init = tape.chance(85);
  if (init)
    parts.push(text(`{"type":"connection_init"${tape.chance(30) ? `,"payload":${hostileJson(tape)}` : ""}}`));
  const orderly = !odd && !tape.chance(20);
  for (const message of tape.many(orderly ? 6 : 4, () => hostileMessage(tape))) parts.push(text(message));
  if (tape.chance(10)) parts.push(...storm(tape));
  if (!orderly) parts.push(...tape.many(3, () => hostileFrame(tape)));
  // A session that was never acknowledged ends by the server's word, as one does that was not well behaved.
  if (init && orderly) {
    parts.push(text(`{"type":"subscribe","id":"${lastId}","payload":{"query":"{ __typename }"}}`));
    return { bytes: Buffer.concat(parts), ending: "close" };
  }
  return { bytes: Buffer.concat(parts), ending: tape.chance(30) ? "cut" : "end" };
}

const handshakeLines = [
  "GET /graphql HTTP/1.1",
  "Host: 127.0.0.1",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Protocol: graphql-transport-ws",
] as const;

function handshake(): string {
  return `${handshakeLines.join("\r\n")}\r\n\r\n`;
}

function oddHandshake(tape: Tape): string {
  const lines: string[] = [...handshakeLines];
  const at = tape.below(lines.length);
  const other = tape.pick([
    "GET //graphql HTTP/1.1",
    "GET /other HTTP/1.1",
    "POST /graphql HTTP/1.1",
    "GET /graphql HTTP/1.0",
    "Host: evil.example",
    "Connection: keep-alive",
    "Upgrade: h2c",
    "Sec-WebSocket-Version: 8",
    "Sec-WebSocket-Version: x",
    "Sec-WebSocket-Key: short",
    "Sec-WebSocket-Protocol: graphql-ws",
    "Sec-WebSocket-Protocol: graphql-transport-ws, graphql-transport-ws",
    "Sec-WebSocket-Protocol: ,,",
    `Sec-WebSocket-Protocol: ${"a, ".repeat(500)}graphql-transport-ws`,
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; x=y",
    "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99",
    "Origin: http://evil.example",
    "Origin: null",
  ] as const);
  if (tape.chance(60)) lines[at] = other;
  else lines.splice(at, tape.below(2), other);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

const types = [
  "subscribe",
  "complete",
  "ping",
  "pong",
  "connection_init",
  "next",
  "error",
  "connection_ack",
  "start",
  "__proto__",
] as const;

function hostileMessage(tape: Tape): string {
  const id = tape.chance(70) ? tape.pick(['"1"', '"2"', '"3"']) : hostileId(tape);
  switch (tape.below(10)) {
    case 0:
      return `{"type":${tape.chance(80) ? JSON.stringify(tape.pick(types)) : hostileJson(tape, 1)},"id":${id},"payload":${hostileJson(tape)}}`;
    case 1:
      return `{"type":"ping","payload":${hostileJson(tape)}}`;
    case 2:
      return `{"type":"complete","id":${id}}`;
    case 3:
      return tape.chance(30) ? String(broken(tape, hostileJson(tape))) : `{"type":"pong"}`;
    default:
      return subscribe(tape, id);
  }
}

function hostileId(tape: Tape): string {
  return tape.pick([
    () => JSON.stringify(hostileText(tape)),
    () => hostileJson(tape, 1),
    () => `"${"i".repeat(128)}"`,
    () => `"${"i".repeat(129)}"`,
    () => JSON.stringify(longText),
  ])();
}

function subscribe(tape: Tape, id: string): string {
  const variables = tape.chance(30) ? `,"variables":${hostileVariables(tape)}` : "";
  const name = tape.chance(10) ? `,"operationName":${hostileJson(tape, 1)}` : "";
  const query = tape.chance(95) ? JSON.stringify(hostileDocument(tape)) : hostileJson(tape);
  return `{"type":"subscribe","id":${id},"payload":{"query":${query}${variables}${name}}}`;
}

/** Many at once: operations begun and ended, or pings. */
function storm(tape: Tape): Buffer[] {
  const count = 20 + tape.below(200);
  const live = `subscription { simulationUpdates { __typename } }`;
  return tape.pick([
    () => Array.from({ length: count }, () => frame(0x9, Buffer.from("ping"))),
    () => Array.from({ length: count }, () => text(`{"type":"ping"}`)),
    () =>
      Array.from({ length: count }, (_, i) => [
        text(`{"type":"subscribe","id":"s${i}","payload":{"query":"${live}"}}`),
        text(`{"type":"complete","id":"s${i}"}`),
      ]).flat(),
    () =>
      Array.from({ length: count }, (_, i) =>
        text(`{"type":"subscribe","id":"t${i}","payload":{"query":"${live}"}}`),
      ),
    () => Array.from({ length: count }, (_, i) => text(`{"type":"complete","id":"${i}"}`)),
  ])();
}

/** Frames that the protocol does not know, or forbids. */
function hostileFrame(tape: Tape): Buffer {
  const payload = Buffer.from(hostileMessage(tape));
  return tape.pick([
    () => frame(0x2, payload),
    () => frame(0x1, Buffer.from([0xff, 0xfe, 0xc0, 0x80])),
    () => Buffer.concat([frame(0x1, payload.subarray(0, 3), false), frame(0x0, payload.subarray(3))]),
    () => Buffer.concat(Array.from({ length: 70 }, () => frame(0x1, Buffer.from("a"), false))),
    () =>
      Buffer.concat([
        frame(0x1, Buffer.from("{"), false),
        frame(0x9, Buffer.alloc(125)),
        frame(0x1, payload),
      ]),
    () => frame(0x9, Buffer.alloc(126)),
    () => frame(0x9, Buffer.from("x"), false),
    () => frame(0x3, payload),
    () => frame(0xb, payload),
    () => frame(0x0, payload),
    () => frame(0x8, Buffer.alloc(tape.below(4))),
    () => frame(0x8, closing(tape.pick([0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535]))),
    () => frame(0x8, Buffer.concat([closing(1000), Buffer.from([0xff, 0xfe])])),
    () => Buffer.from([0x81, 1, 0x7b]),
    () => Buffer.from([0xc1, 0x81, 0, 0, 0, 0, 0x7b]),
    () => Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4]),
    () => Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4]),
    () => frame(0x1, Buffer.alloc(70_000, "a")),
    () => Buffer.from(Array.from({ length: 40 }, () => tape.byte())),
    () => frame(0x1, payload).subarray(0, 5),
  ])();
}

function closing(code: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return bytes;
}

export const closeFrame = frame(0x8, closing(1000));

function text(message: string): Buffer {
  return frame(0x1, Buffer.from(message));
}

/** One frame of a client, masked. Source: RFC 6455, section 5.2. */
function frame(opcode: number, payload: Buffer, isLast = true): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (isLast ? 0x80 : 0) | opcode;
  if (length < 126) head[1] = 0x80 | length;
  else if (length < 65_536) {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  const mask = randomBytes(4);
  const masked = Buffer.from(payload);
  for (let i = 0; i < length; i += 1) masked[i] = (masked[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return Buffer.concat([head, mask, masked]);
}
