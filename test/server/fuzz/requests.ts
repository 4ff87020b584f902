// HTTP as bytes: requests that are nearly right, requests that are not, and what was never meant as one.
import { gzipSync } from "node:zlib";
import { hostileDocument, hostileVariables } from "./documents.ts";
import type { Tape } from "./tape.ts";
import { broken, hostileJson, hostileText, longText } from "./texts.ts";

export interface HttpInput {
  readonly bytes: Buffer;
  /** Answers that are to come; without: bytes end, or are cut, and whatever comes is taken. */
  readonly answers: number;
  readonly ending: "answers" | "end" | "cut";
  /** The first answer is to HEAD: it has no body. */
  readonly head: boolean;
}

const hostLine = "Host: 127.0.0.1";

export function httpInput(tape: Tape): HttpInput {
  switch (tape.below(10)) {
    case 0:
      return rawInput(tape);
    case 1:
      return pipelined(tape);
    case 2:
      return unframed(tape);
    case 3:
      return strange(tape);
    default:
      return wellFramed(post(tape, jsonBody(tape)));
  }
}

function wellFramed(bytes: Buffer, head = false): HttpInput {
  return { bytes, answers: 1, ending: "answers", head };
}

/** A body that is a GraphQL request, more or less. */
function jsonBody(tape: Tape): Buffer {
  if (tape.chance(10)) return Buffer.from(hostileJson(tape, 4));
  const members = [`"query":${tape.chance(94) ? JSON.stringify(hostileDocument(tape)) : hostileJson(tape)}`];
  if (tape.chance(40)) members.push(`"variables":${hostileVariables(tape)}`);
  if (tape.chance(15))
    members.push(`"operationName":${tape.pick(['"Q"', '"Named"', "null", "1", "[]", '"__proto__"'])}`);
  if (tape.chance(10)) members.push(`"extensions":${hostileJson(tape, 2)}`);
  if (tape.chance(5)) members.push(`"__proto__":${hostileJson(tape, 1)}`, `"query":"{ __typename }"`);
  const text = `{${members.join(",")}}`;
  if (tape.chance(3)) return Buffer.from(`[${text},${text}]`);
  if (tape.chance(3)) return Buffer.from(text.slice(0, -1) + " ".repeat(120_000));
  return tape.chance(8) ? broken(tape, text) : Buffer.from(text);
}

const accepts = [
  "application/json",
  "application/graphql-response+json",
  "text/event-stream",
  "*/*",
  "multipart/mixed",
  "text/html",
  "application/json;q=0, text/event-stream;q=1",
  ";;;,,",
] as const;

function post(tape: Tape, body: Buffer, connection = "close"): Buffer {
  const accept = tape.chance(40) ? [`Accept: ${tape.pick(accepts)}`] : [];
  const lines = [
    "POST /graphql HTTP/1.1",
    hostLine,
    "Content-Type: application/json",
    ...accept,
    `Content-Length: ${body.length}`,
    `Connection: ${connection}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}

function pipelined(tape: Tape): HttpInput {
  const count = 2 + tape.below(6);
  const requests = Array.from({ length: count }, (_, index) =>
    post(
      tape,
      Buffer.from(`{"query":${JSON.stringify(hostileDocument(tape))}}`),
      index === count - 1 ? "close" : "keep-alive",
    ),
  );
  // An event stream among them would not end.
  const bytes = Buffer.concat(requests)
    .toString("latin1")
    .replaceAll("text/event-stream", "application/json");
  return { bytes: Buffer.from(bytes, "latin1"), answers: count, ending: "answers", head: false };
}

const methods = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "POST"] as const;
const targets = [
  "/graphql",
  "/",
  "/healthz",
  "/readyz",
  "/graphql/",
  "//",
  "/%00",
  "/%ff%fe",
  "/../../etc/passwd",
  "/graphql/../healthz",
  "/GraphQL",
  "/graphql;a=b",
  "/graphql#x",
  "http://127.0.0.1/graphql",
  "http://evil.example/graphql",
  `/${"a".repeat(8_000)}`,
  "/metrics",
  "/favicon.ico",
  "/__proto__",
] as const;
const types = [
  "application/json",
  "application/json; charset=utf-16",
  "application/json; charset=utf-8; charset=latin1",
  "application/graphql",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  "application/json, text/plain",
  "",
] as const;
const extras = [
  "Origin: http://evil.example",
  "Origin: null",
  "X-Requested-With: x",
  "Sec-Fetch-Site: same-origin",
  "Content-Encoding: gzip",
  "Content-Encoding: br",
  "Expect: 100-continue",
  "Expect: nonsense",
  "X-Forwarded-For: 1.2.3.4, ::1, garbage",
  "X-HTTP-Method-Override: DELETE",
  "Authorization: Bearer ",
  `Authorization: Bearer ${"a.".repeat(3_000)}`,
  "Authorization: Basic Og==",
  "Cookie: __proto__=1; a=b",
  "__proto__: x",
  "constructor: x",
  "Access-Control-Request-Method: POST",
  "traceparent: 00-zz-zz-01",
  `X-Long: ${"x".repeat(12_000)}`,
  "Accept-Encoding: gzip, identity;q=0",
  "If-None-Match: *",
  "Range: bytes=0-99999999999",
] as const;

/** Well framed; everything else may be strange. */
function strange(tape: Tape): HttpInput {
  const method = tape.pick(methods);
  let target: string = tape.pick(targets);
  if (tape.chance(40))
    target = `/graphql?query=${encodeURIComponent(hostileDocument(tape).toWellFormed()).slice(0, 6_000)}`;
  if (tape.chance(20))
    target += `${target.includes("?") ? "&" : "?"}variables=${encodeURIComponent(hostileJson(tape, 2).toWellFormed()).slice(0, 4_000)}`;
  const text = jsonBody(tape);
  const lines = [`Content-Type: ${tape.pick(types)}`, ...tape.many(4, () => tape.pick(extras))];
  const zipped = lines.some((line) => line.endsWith(": gzip"));
  const body = zipped ? gzipSync(tape.chance(50) ? text : Buffer.alloc(1_000_000)) : text;
  const withBody = method !== "GET" && method !== "HEAD" && method !== "TRACE";
  const head = [
    `${method} ${target.replaceAll(" ", "%20")} HTTP/1.1`,
    tape.chance(85)
      ? hostLine
      : `Host: ${tape.pick(["evil.example", "127.0.0.1:99999", "[::1", "", "localhost."])}`,
    ...lines,
    ...(withBody ? [`Content-Length: ${body.length}`] : []),
    "Connection: close",
  ];
  const bytes = Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1");
  return wellFramed(withBody ? Buffer.concat([bytes, body]) : bytes, method === "HEAD");
}

/** Framing that lies, or is none. */
function unframed(tape: Tape): HttpInput {
  const body = `{"query":"{ __typename }"}`;
  const length = tape.pick([
    `Content-Length: ${body.length + 50}`,
    `Content-Length: ${body.length - 5}`,
    "Content-Length: -1",
    "Content-Length: 0x10",
    "Content-Length: 99999999999999999999",
    `Content-Length: ${body.length}\r\nContent-Length: 1`,
    `Content-Length: ${body.length}\r\nTransfer-Encoding: chunked`,
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: xchunked",
    `${"X: y\r\n".repeat(3_000)}A: b`,
    ` folded: ${longText}`,
    "Bad Header: 1",
    "X: a\0b",
    "X: a\rb",
  ] as const);
  const chunks = tape.pick([
    body,
    `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    `${body.length.toString(16)};ext="${"e".repeat(500)}"\r\n${body}\r\n0\r\nTrailer: x\r\n\r\n`,
    `zz\r\n${body}\r\n0\r\n\r\n`,
    `ffffffffffffffff\r\n${body}`,
    `-1\r\n${body}\r\n0\r\n\r\n`,
    `${"0".repeat(5_000)}1a\r\n${body}\r\n`,
    `${body.length.toString(16)}\n${body}\n0\n\n`,
    "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
  ] as const);
  const version = tape.chance(85)
    ? "HTTP/1.1"
    : tape.pick(["HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "HTTP/1.1 x", ""]);
  const head = `POST /graphql ${version}\r\n${hostLine}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
  const bytes = Buffer.from(head + chunks, "latin1");
  return { bytes, answers: 0, ending: tape.chance(40) ? "cut" : "end", head: false };
}

/** Bytes that are no request, and requests that stop somewhere. */
function rawInput(tape: Tape): HttpInput {
  const whole = post(tape, jsonBody(tape));
  const bytes = tape.pick([
    () => whole.subarray(0, tape.below(whole.length)),
    () => Buffer.from(Array.from({ length: 50 + tape.below(200) }, () => tape.byte())),
    () => Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    () => Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
    () => Buffer.from(`${hostileText(tape)}\r\n\r\n`),
    () => Buffer.from(`GET ${longText.repeat(3)} HTTP/1.1\r\n\r\n`),
    () => Buffer.from("\r\n".repeat(2_000)),
    () => Buffer.from("*1\r\n$4\r\nPING\r\n"),
    () => Buffer.from("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
  ])();
  return { bytes, answers: 0, ending: tape.chance(40) ? "cut" : "end", head: false };
}
