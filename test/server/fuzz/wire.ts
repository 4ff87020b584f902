// Bytes to a port, and what came back, read as HTTP answers and as frames of a WebSocket.
import { connect } from "node:net";
import type { HttpInput } from "./requests.ts";
import { closeFrame, lastId, type SocketInput } from "./sockets.ts";

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Undefined: it has none, whatever its headers say. */
  readonly body: Buffer | undefined;
}

export interface Frames {
  readonly texts: readonly string[];
  /** Undefined: the connection ended without. */
  readonly closeCode: number | undefined;
}

/** Nothing takes so long; ms without a byte. */
const silenceMs = 120_000;

interface Exchange {
  readonly port: number;
  readonly bytes: Buffer;
  /** After the bytes: end of the stream, an end at once, or nothing. */
  readonly ending: "end" | "cut" | "stay";
  /** Looked at as it grows; what it answers is sent, and null ends the connection. */
  readonly heard: (received: Buffer) => Buffer | null | undefined;
}

/** Resolves with everything that came when the connection is over; rejects where nothing moves for too long. */
function exchange({ port, bytes, ending, heard }: Exchange): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("connect", () => {
      if (ending === "end") socket.end(bytes);
      else socket.write(bytes, () => ending === "cut" && socket.destroy());
    });
    socket.setTimeout(silenceMs, () => {
      reject(
        new Error(`Nothing came for ${silenceMs / 1000} s after: ${received.toString("latin1", 0, 500)}`),
      );
      socket.destroy();
    });
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      try {
        const next = heard(received);
        if (next === null) socket.destroy();
        else if (next !== undefined) socket.write(next);
      } catch (error) {
        reject(error);
        socket.destroy();
      }
    });
    // Refused is not what a server that lives does; that a hostile connection is reset is fine.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") reject(error);
    });
    socket.once("close", () => resolve(received));
  });
}

export async function exchangeHttp(port: number, input: HttpInput): Promise<readonly HttpAnswer[]> {
  const { bytes, answers, ending, head } = input;
  const received = await exchange({
    port,
    bytes,
    ending: ending === "answers" ? "stay" : ending,
    heard: (so) => (ending === "answers" && isOver(answersIn(so, head), answers) ? null : undefined),
  });
  return answersIn(received, head);
}

/** After an event stream nothing else comes: it lasts. */
function isOver(answers: readonly HttpAnswer[], expected: number): boolean {
  return answers.length >= expected || isEventStream(answers.at(-1)?.headers);
}

function isEventStream(headers: HttpAnswer["headers"] | undefined): boolean {
  return headers?.get("content-type")?.startsWith("text/event-stream") === true;
}

/** As many whole answers as there are; an event stream is one as soon as it has begun. */
export function answersIn(bytes: Buffer, head: boolean): readonly HttpAnswer[] {
  const answers: HttpAnswer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf("\r\n\r\n", at);
    if (end < 0) return answers;
    const [first = "", ...lines] = bytes.toString("latin1", at, end).split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
    if (Number.isNaN(status)) throw new Error(`Not an answer: ${first.slice(0, 200)}`);
    const headers = new Map(
      lines.map((line) => {
        const [name = "", value = ""] = line.split(/:\s*(.*)/s);
        return [name.toLowerCase(), value] as const;
      }),
    );
    at = end + 4;
    if (status === 100) continue;
    const body = bodyAt(
      bytes,
      at,
      headers,
      status === 204 || status === 304 || (head && answers.length === 0),
    );
    if (body === undefined) return answers;
    answers.push({ status, headers, body: body.content });
    at = body.end;
  }
}

function bodyAt(
  bytes: Buffer,
  at: number,
  headers: ReadonlyMap<string, string>,
  none: boolean,
): { content: Buffer | undefined; end: number } | undefined {
  if (none) return { content: undefined, end: at };
  const length = headers.get("content-length");
  if (length !== undefined) {
    const end = at + Number(length);
    return end <= bytes.length ? { content: bytes.subarray(at, end), end } : undefined;
  }
  if (isEventStream(headers)) {
    return { content: bytes.subarray(at), end: bytes.length };
  }
  if (headers.get("transfer-encoding") === undefined)
    return { content: bytes.subarray(at), end: bytes.length };
  const end = bytes.indexOf("0\r\n\r\n", at);
  return end < 0 ? undefined : { content: bytes.subarray(at, end), end: end + 5 };
}

/** Answers of the handshake where it failed, else the frames that came. */
export async function exchangeFrames(
  port: number,
  { bytes, ending }: SocketInput,
): Promise<{ readonly refused: readonly HttpAnswer[] } | Frames> {
  const last = `"id":"${lastId}","type":"complete"`;
  const other = `"type":"complete","id":"${lastId}"`;
  let closing = false;
  const received = await exchange({
    port,
    bytes,
    ending: ending === "close" ? "stay" : ending,
    heard: (so) => {
      if (closing || ending !== "close" || !(so.includes(last) || so.includes(other))) return undefined;
      closing = true;
      return closeFrame;
    },
  });
  const end = received.indexOf("\r\n\r\n");
  const switched = received.toString("latin1", 0, 12) === "HTTP/1.1 101";
  return switched ? framesIn(received.subarray(end + 4)) : { refused: answersIn(received, false) };
}

/** Of a server: not masked. Source: RFC 6455, section 5.2. */
function framesIn(bytes: Buffer): Frames {
  const texts: string[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    const short = bytes[at + 1] ?? 0;
    const wide = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (at + 2 + wide > bytes.length) break;
    const length =
      wide === 0 ? short : wide === 2 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    const from = at + 2 + wide;
    if (from + length > bytes.length) break;
    const payload = bytes.subarray(from, from + length);
    if (opcode === 0x8) return { texts, closeCode: length >= 2 ? payload.readUInt16BE(0) : 1005 };
    if (opcode === 0x1) texts.push(payload.toString("utf8"));
    at = from + length;
  }
  return { texts, closeCode: undefined };
}
