// What is published for each kind of server, of the same events.
import { randomUUID } from "node:crypto";
import { encodeNotice } from "../../src/redis/message.ts";
import { simulationOf } from "../../test/support/simulations.ts";
import { type Selection, selected } from "./documents.ts";
import { sample } from "./metrics.ts";
import { msgpack } from "./msgpack.ts";
import { marks, template } from "./template.ts";
import type { Publication } from "./theatre.ts";
import type { Subject } from "./world.ts";

/** The service's own notices: the event, and the simulation as it stands. */
export function notices({ simulation, channel }: Subject): Publication {
  const { id, lastSeq, version } = simulation;
  const { run } = simulationOf(id);
  const notice = encodeNotice({
    simulation: {
      ...simulation,
      status: "RUNNING",
      waiting: null,
      attempt: 1,
      startTime: new Date(),
      progress: sample.progress,
      simulatedTime: marks.seq,
      lastSeq: marks.seq,
      version: marks.version,
      run,
    },
    events: [
      {
        simulationId: id,
        seq: marks.seq,
        at: marks.at,
        simulatedTime: marks.seq,
        engineSeq: marks.seq,
        body: sample,
      },
    ],
  });
  const fill = template(notice);
  const message = (seq: number, at: Date) =>
    fill({ seq, version: version + seq - lastSeq, at: at.toISOString() });
  return { simulationId: id, channel, lastSeq, message };
}

/** As resolvers of a subscription get it: under the name of the field, JSON. */
export function payloads({ simulation: { id, lastSeq } }: Subject): Publication {
  const fill = template(JSON.stringify({ simulationEvents: eventOf(id) }));
  const message = (seq: number, at: Date) => fill({ seq, version: 0, at: at.toISOString() });
  return { simulationId: id, channel: channelOf(id), lastSeq, message };
}

/** The same as mqemitter-redis writes it. */
export function packets({ simulation: { id, lastSeq } }: Subject): Publication {
  const channel = channelOf(id);
  const event = eventOf(id);
  const message = (seq: number, at: Date) => {
    const simulationEvents = { ...event, seq, simulatedTime: seq, at: at.toISOString() };
    return msgpack({ id: randomUUID(), msg: { topic: channel, payload: { simulationEvents } } });
  };
  return { simulationId: id, channel, lastSeq, message };
}

/** What is left to do for a server that only forwards: a whole message of the protocol, but for the operation's id. */
export function results(selection: Selection): (subject: Subject) => Publication {
  return ({ simulation: { id, lastSeq } }) => {
    const place = { seq: marks.seq, at: marks.at, simulatedTime: marks.seq };
    const data = { simulationEvents: selected(selection, place) };
    const fill = template(JSON.stringify({ type: "next", payload: { data } }));
    const message = (seq: number, at: Date) => fill({ seq, version: 0, at: at.toISOString() });
    return { simulationId: id, channel: channelOf(id), lastSeq, message };
  };
}

function channelOf(id: string): string {
  return `simulation.${id}`;
}

function eventOf(simulationId: string): object {
  const { type: _, ...facts } = sample;
  const { seq, at } = marks;
  return { __typename: "MetricsSampled", simulationId, seq, at, simulatedTime: seq, ...facts };
}
