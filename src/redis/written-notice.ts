// A notice as it was written, where all its events are samples of metrics: they are most of what is said. Its form is
// checked, how the simulation stands is read, and the rest is left as it is until somebody asks for it. What is kept of the
// message is copied: a part of a string keeps all of it.
import { isUtf8 } from "node:buffer";
import { copyOf, textOf } from "../core/bytes.ts";
import type { SimulationEvent } from "../core/events.ts";
import { jsonNumber, jsonString, moreMembers } from "../core/json-pattern.ts";
import type { Notice } from "../core/ports/bus.ts";
import { endOfSample } from "../core/sample-text.ts";
import { type Simulation, simulationStatuses } from "../core/simulation.ts";
import type { Standing } from "../core/standing.ts";
import { WrittenSample } from "../core/written-sample.ts";

/** From JSON of its form. */
export type ReadSimulation = (written: string) => Simulation;

const word = String.raw`"([^"\\\x00-\x1f]*)"`;
const whole = String.raw`(0|[1-9]\d{0,14})`;

/** Up to the first event. What stands first of the simulation is how it stands, and last what its reader relies on. */
const head = new RegExp(
  String.raw`\{"version":1,(?:"traceparent":${word},)?"simulation":(\{"id":${word},"version":${whole},"lastSeq":${whole},` +
    `"status":"([A-Z]+)","staleReason":(null|${jsonString})${moreMembers},` +
    String.raw`"run":\{"engineDigest":(?:null|${jsonString})${moreMembers}\}\}),"events":\[`,
  "y",
);
/** Up to its body. */
const eventHead = new RegExp(
  String.raw`\{"simulationId":${word},"seq":${whole},"at":${word},"simulatedTime":(${jsonNumber}),"engineSeq":(null|0|[1-9]\d{0,14}),"body":`,
  "y",
);

const end = "]}";
/** Larger ones are none of ours; patterns need room that grows with what they look at. */
const mostBytes = 1024 * 1024;

/** Null: it is written in another way, tells of something else too, or is none; it has to be read. */
export function writtenNotice(message: Buffer, read: ReadSimulation): Notice | null {
  if (message.length > mostBytes || !isUtf8(message)) return null;
  const bytes = message.toString("latin1");
  head.lastIndex = 0;
  const [, traceparent, simulation = "", ...facts] = head.exec(bytes) ?? [];
  const standing = standingAt(copyOf(simulation), facts, read);
  const events = standing && eventsAt(message, bytes, head.lastIndex, standing.id);
  return events && new WrittenNotice(standing, events, traceparent);
}

function standingAt(simulation: string, facts: readonly string[], read: ReadSimulation): Standing | null {
  const [id = "", version, lastSeq, statusName, staleReason = ""] = facts;
  const status = simulationStatuses.find((known) => known === statusName);
  if (status === undefined) return null;
  const reason = staleReason === "null" ? null : String(JSON.parse(textOf(staleReason)));
  const place = { version: Number(version), lastSeq: Number(lastSeq) };
  const standing = { id: textOf(copyOf(id)), ...place, status, staleReason: reason };
  return new WrittenStanding(standing, simulation, read);
}

/** All to the end of the message; null: there is anything else, or nothing. Those of this simulation share its `id`. */
function eventsAt(
  message: Buffer,
  bytes: string,
  from: number,
  id: string,
): readonly SimulationEvent[] | null {
  const events: SimulationEvent[] = [];
  let at = from;
  do {
    eventHead.lastIndex = at;
    const [, simulationId = "", seq, time = "", simulatedTime, engineSeq] = eventHead.exec(bytes) ?? [];
    const bodyAt = eventHead.lastIndex;
    const bodyEnd = seq === undefined ? null : endOfSample(bytes, bodyAt);
    if (bodyEnd === null || bytes[bodyEnd] !== "}") return null;
    events.push({
      simulationId: simulationId === id ? id : textOf(copyOf(simulationId)),
      seq: Number(seq),
      at: new Date(textOf(time)),
      simulatedTime: Number(simulatedTime),
      engineSeq: engineSeq === "null" ? null : Number(engineSeq),
      body: WrittenSample.ofBytes(message.toString("latin1", bodyAt, bodyEnd)),
    });
    at = bodyEnd + 2;
  } while (bytes[at - 1] === ",");
  return at - 1 + end.length === bytes.length && bytes.endsWith(end) ? events : null;
}

export class WrittenNotice implements Notice {
  readonly standing: Standing;
  readonly events: readonly SimulationEvent[];
  readonly traceparent?: string;

  constructor(standing: Standing, events: readonly SimulationEvent[], traceparent: string | undefined) {
    this.standing = standing;
    this.events = events;
    if (traceparent !== undefined) this.traceparent = textOf(copyOf(traceparent));
  }

  get simulation(): Simulation {
    return this.standing.simulation;
  }
}

type Facts = Omit<Standing, "simulation">;

class WrittenStanding implements Standing {
  readonly id: string;
  readonly version: number;
  readonly lastSeq: number;
  readonly status: Standing["status"];
  readonly staleReason: string | null;
  /** UTF-8, a character for each byte; until it is read. */
  #written: string | undefined;
  readonly #read: ReadSimulation;
  #simulation: Simulation | undefined;

  constructor({ id, version, lastSeq, status, staleReason }: Facts, written: string, read: ReadSimulation) {
    this.id = id;
    this.version = version;
    this.lastSeq = lastSeq;
    this.status = status;
    this.staleReason = staleReason;
    this.#written = written;
    this.#read = read;
  }

  get simulation(): Simulation {
    this.#simulation ??= this.#read(textOf(this.#written ?? ""));
    this.#written = undefined;
    return this.#simulation;
  }
}
