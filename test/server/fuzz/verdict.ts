// What an answer to a hostile input may be. Throws with what is wrong.
import { errorCodes } from "../../../src/core/errors.ts";
import { limitTable } from "../../../src/server/limits.ts";
import { marker } from "./texts.ts";
import type { Frames, HttpAnswer } from "./wire.ts";

/** Codes in `extensions`: those of the schema, and those of the front door. */
const codes = new Set<unknown>([
  ...errorCodes,
  "BAD_REQUEST",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "NOT_FOUND",
  "ORIGIN_NOT_ALLOWED",
  "RATE_LIMITED",
]);

/** Of the protocol, of graphql-transport-ws, and our own; none that says that something broke. */
const closes = new Set([
  1000, 1001, 1002, 1003, 1005, 1007, 1008, 1009, 1012, 1013, 4400, 4401, 4403, 4406, 4408, 4409, 4420, 4429,
]);

const frameTypes = new Set<unknown>(["connection_ack", "ping", "pong", "next", "error", "complete"]);

/** A limit of the service, or a part of it that is down: said with a status that tells a client to come again. */
const stated = 503;

/** With the ellipsis of what was cut, and some words around it. */
const messageCharacters = limitTable.echoedCharacters.value + 10;
const errorsBytes = 20_000;
/** What is said back in one piece: ids of operations, aliases and values that were cut. */
const echoed = marker.repeat(150);
const inside = /node_modules|\.[jt]s:\d+|\/src\/|\bat \S+ \(|\bselect\b.*\bfrom\b|pglite|kysely|ECONN|heap/i;

export function judgeHttp(answers: readonly HttpAnswer[]): void {
  for (const { status, headers, body } of answers) {
    const type = headers.get("content-type") ?? "";
    const text = body?.toString("utf8") ?? "";
    if (status >= 500 && status !== stated) throw new Error(`Status ${status}: ${text.slice(0, 500)}`);
    if (headers.has("set-cookie")) throw new Error("A header of the client's making was set.");
    if (body === undefined) continue;
    if (headers.get("content-encoding") === undefined) sayNothingBack(text);
    if (type.includes("json")) judgeResult(JSON.parse(text), status);
    else if (type.startsWith("text/event-stream")) judgeEvents(text);
    else if (status !== 200 && inside.test(text))
      throw new Error(`It tells of itself: ${text.slice(0, 500)}`);
  }
}

function judgeEvents(text: string): void {
  for (const [, data = ""] of text.matchAll(/^data: (\{.*\})$/gm)) judgeResult(JSON.parse(data), 200);
}

export function judgeFrames({ texts, closeCode }: Frames): void {
  if (closeCode !== undefined && !closes.has(closeCode)) throw new Error(`Closed with ${closeCode}.`);
  for (const text of texts) {
    sayNothingBack(text);
    const { type, payload } = JSON.parse(text);
    if (!frameTypes.has(type)) throw new Error(`A frame of type ${type}.`);
    if (type === "error") judgeErrors(payload);
    if (type === "next") judgeResult(payload, 200);
  }
}

function judgeResult(result: unknown, status: number): void {
  if (typeof result !== "object" || result === null) throw new Error(`A result that is none: ${result}`);
  if ("errors" in result) judgeErrors(result.errors);
  else if (status >= 400 && !("status" in result)) throw new Error(`${status} without a reason.`);
}

function judgeErrors(errors: unknown): void {
  if (!Array.isArray(errors) || errors.length === 0) throw new Error(`Errors that are none: ${errors}`);
  const whole = JSON.stringify(errors);
  if (whole.length > errorsBytes) throw new Error(`Errors of ${whole.length} characters.`);
  for (const { message, extensions } of errors) {
    if (typeof message !== "string" || message.length > messageCharacters)
      throw new Error(`A message of ${String(message).length} characters: ${whole.slice(0, 500)}`);
    if (!codes.has(extensions?.code)) throw new Error(`No published code: ${whole.slice(0, 500)}`);
    if (inside.test(message)) throw new Error(`It tells of itself: ${message}`);
  }
}

function sayNothingBack(text: string): void {
  if (text.includes(echoed))
    throw new Error(`It says back at length what it was told: ${text.slice(0, 300)}`);
}
