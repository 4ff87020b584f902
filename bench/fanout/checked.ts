// Whether a viewer was sent what it asked for.
import { selected } from "./documents.ts";
import type { Viewer } from "./viewer.ts";

/** What a message of a subscription says, under `simulationEvents`; throws what is wrong with it. */
export function eventIn(text: string, viewer: Viewer): Readonly<Record<string, unknown>> {
  const message: unknown = JSON.parse(text);
  if (!isRecord(message) || message.type !== "next") throw new Error(`Not a result: ${text.slice(0, 500)}`);
  const { id, payload } = message;
  if (id !== undefined && id !== viewer.id) throw new Error(`Another operation's result: ${String(id)}`);
  const data = isRecord(payload) ? payload.data : undefined;
  const event = isRecord(data) ? data.simulationEvents : undefined;
  if (!isRecord(event) || (isRecord(payload) && payload.errors !== undefined)) {
    throw new Error(`Not an event: ${text.slice(0, 500)}`);
  }
  return event;
}

/** Throws unless it is the sample, all of it and nothing else; answers its seq. */
export function checkSample(text: string, viewer: Viewer, selection = viewer.selection): number {
  const event = eventIn(text, viewer);
  const { seq, at, simulatedTime } = event;
  if (typeof seq !== "number" || typeof simulatedTime !== "number" || Number.isNaN(Date.parse(String(at)))) {
    throw new Error(`Not a place in a log: ${text.slice(0, 500)}`);
  }
  const expected = JSON.stringify(selected(selection, { seq, at, simulatedTime }));
  if (JSON.stringify(event) !== expected) {
    throw new Error(`Not the sample that was asked for:\n${JSON.stringify(event)}\n${expected}`);
  }
  return seq;
}

const seqMark = Buffer.from('"seq":');

/** Of a sample whose first was checked; NaN where there is none. */
export function seqOf(payload: Buffer): number {
  let at = payload.indexOf(seqMark);
  if (at < 0) return Number.NaN;
  let seq = 0;
  for (at += seqMark.length; ; at += 1) {
    const digit = (payload[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return seq;
    seq = seq * 10 + digit;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
