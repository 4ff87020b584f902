// How a notice is written for Redis: JSON with a version, so that replicas of two versions can share a server.
// What cannot be read is no error: the listener looks into the log instead.
import { isUtf8 } from "node:buffer";
import type { SimulationEvent } from "../core/events.ts";
import type { Notice } from "../core/ports/bus.ts";
import { SampleText } from "../core/sample-text.ts";
import type { EngineRun, Simulation } from "../core/simulation.ts";
import { WrittenSample } from "../core/written-sample.ts";

/** Raised when a notice is written differently. */
const version = 1;

/** Characters of one message; what is larger travels without its events, which are in the log. */
export const mostCharacters = 256 * 1024;

export function encodeNotice(notice: Notice): string {
  const whole = encode(notice);
  return whole.length <= mostCharacters ? whole : encode({ ...notice, events: [] });
}

/** Null: not a notice of this version. Where all its events are samples of metrics, these are left as they are written. */
export function decodeNotice(message: Buffer): Notice | null {
  const cut = apart(message);
  return (cut && read(cut.text, cut.samples)) ?? read(message.toString(), []);
}

function read(text: string, samples: readonly WrittenSample[]): Notice | null {
  try {
    const notice: unknown = JSON.parse(text);
    return isNoticeOfThisVersion(notice) ? decode(notice, samples) : null;
  } catch {
    // It is no JSON; or it says that it is of this version, and is not.
    return null;
  }
}

const beforeEvents = Buffer.from(',"events":[');
const beforeBody = Buffer.from(',"body":');
const [openBrace, closeBrace, closeBracket, comma] = Buffer.from("{}],");

/**
 * The message without the bodies of its events, and these; null where they are not all samples of metrics. What stands
 * before the first event has no other list of that name: users name labels, which are texts, and in texts quotes are escaped.
 */
function apart(message: Buffer): { text: string; samples: WrittenSample[] } | null {
  const mark = message.indexOf(beforeEvents);
  let at = mark + beforeEvents.length;
  if (mark === -1 || message[at] !== openBrace || !isUtf8(message)) return null;
  let text = message.toString("utf8", 0, at);
  const samples: WrittenSample[] = [];
  while (message[at] === openBrace) {
    const bodyMark = message.indexOf(beforeBody, at);
    const bodyAt = bodyMark + beforeBody.length;
    const sample = bodyMark === -1 ? null : SampleText.at(message, bodyAt);
    if (sample === null || message[bodyAt + sample.size] !== closeBrace) return null;
    text += `${message.toString("utf8", at, bodyMark)}}`;
    samples.push(new WrittenSample(sample));
    at = bodyAt + sample.size + 1;
    if (message[at] === closeBracket) return { text: text + message.toString("utf8", at), samples };
    if (message[at] !== comma) return null;
    at += 1;
    text += ",";
  }
  return null;
}

/** `samples`: the bodies of all events, where these are without. Throws where there are more or less of them. */
function decode(
  { simulation, events, traceparent }: WrittenNotice,
  samples: readonly WrittenSample[],
): Notice {
  if (samples.length > 0 && samples.length !== events.length) throw new Error("Events lack their bodies.");
  const { run } = simulation;
  return {
    simulation: {
      ...simulation,
      createdAt: new Date(simulation.createdAt),
      startTime: time(simulation.startTime),
      endTime: time(simulation.endTime),
      run: {
        ...run,
        engineDigest: run.engineDigest === null ? null : bytes(run.engineDigest),
        pausedSince: time(run.pausedSince),
      },
    },
    events: events.map((event, index) => eventOf(event, samples[index])),
    ...(typeof traceparent === "string" ? { traceparent } : {}),
  };
}

function eventOf(
  { simulationId, seq, at, simulatedTime, engineSeq, body }: WrittenEvent,
  sample: WrittenSample | undefined,
): SimulationEvent {
  return { simulationId, seq, at: new Date(at), simulatedTime, engineSeq, body: sample ?? body };
}

type Written<T, Fields extends keyof T> = Omit<T, Fields> & { readonly [field in Fields]: string };
type WrittenOrNull<T, Fields extends keyof T> = Omit<T, Fields> & {
  readonly [field in Fields]: string | null;
};

type WrittenSimulation = Omit<
  Written<WrittenOrNull<Simulation, "startTime" | "endTime">, "createdAt">,
  "run"
> & {
  readonly run: WrittenOrNull<EngineRun, "engineDigest" | "pausedSince">;
};

type WrittenEvent = Written<SimulationEvent, "at">;

interface WrittenNotice {
  readonly version: typeof version;
  readonly simulation: WrittenSimulation;
  readonly events: readonly WrittenEvent[];
  /** Left out by replicas that trace nothing, or know nothing of it. */
  readonly traceparent?: string;
}

function encode({ simulation, events, bodies, traceparent }: Notice): string {
  const { engineDigest } = simulation.run;
  const digest = engineDigest === null ? null : Buffer.from(engineDigest).toString("base64");
  const run = { ...simulation.run, engineDigest: digest };
  const head = JSON.stringify({ version, traceparent, simulation: { ...simulation, run } });
  const all = events.map((event, index) => encodeEvent(event, bodies?.[index]));
  return `${head.slice(0, -1)},"events":[${all.join(",")}]}`;
}

/** `written`: the body as JSON, where it is at hand: it is most of the work. */
function encodeEvent({ body, ...event }: SimulationEvent, written = JSON.stringify(body)): string {
  return `${JSON.stringify(event).slice(0, -1)},"body":${written}}`;
}

// The version says who wrote the message. What is in it is as good as the access to the server is well kept: it is
// shown as it comes, and nothing is decided by it that the database does not decide again.
function isNoticeOfThisVersion(message: unknown): message is WrittenNotice {
  return (
    typeof message === "object" &&
    message !== null &&
    "version" in message &&
    message.version === version &&
    "simulation" in message &&
    typeof message.simulation === "object" &&
    "events" in message &&
    Array.isArray(message.events)
  );
}

function time(written: string | null): Date | null {
  return written === null ? null : new Date(written);
}

function bytes(written: string): Uint8Array {
  return new Uint8Array(Buffer.from(written, "base64"));
}
