// How a notice is written for Redis: JSON with a version, so that replicas of two versions can share a server.
// What cannot be read is no error: the listener looks into the log instead.
import type { SimulationEvent } from "../core/events.ts";
import type { Notice } from "../core/ports/bus.ts";
import type { EngineRun, Simulation } from "../core/simulation.ts";

/** Raised when a notice is written differently. */
const version = 1;

/** Characters of one message; what is larger travels without its events, which are in the log. */
export const mostCharacters = 256 * 1024;

export function encodeNotice(notice: Notice): string {
  const whole = encode(notice);
  return whole.length <= mostCharacters ? whole : encode({ ...notice, events: [] });
}

/** Null: not a notice of this version. */
export function decodeNotice(message: unknown): Notice | null {
  if (!isNoticeOfThisVersion(message)) return null;
  try {
    return decode(message);
  } catch {
    // It says that it is of this version, and is not.
    return null;
  }
}

function decode({ simulation, events, traceparent }: WrittenNotice): Notice {
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
    events: events.map((event) => ({ ...event, at: new Date(event.at) })),
    ...(typeof traceparent === "string" ? { traceparent } : {}),
  };
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

interface WrittenNotice {
  readonly version: typeof version;
  readonly simulation: WrittenSimulation;
  readonly events: readonly Written<SimulationEvent, "at">[];
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
