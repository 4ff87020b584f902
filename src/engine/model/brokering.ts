import type { Broker } from "../../gen/architech/engine/v1/engine.ts";
import type { Agenda } from "./agenda.ts";
import type { Calling } from "./calling.ts";
import type { Call, CallTable, Request } from "./flight.ts";
import type { Link } from "./link.ts";
import type { Station } from "./station.ts";
import { WaitingLine } from "./waiting-line.ts";

/** A link from a broker: its consumers, who each get a copy of every message, and what they have not taken yet. */
interface Group {
  readonly index: number;
  readonly broker: Station;
  readonly config: Broker;
  readonly link: Link;
  readonly backlog: WaitingLine;
  underWay: number;
}

/**
 * Brokers: a producer's call ends when its message is stored, and consumers take a message as soon as they have a
 * slot for it, so that what they cannot keep up with waits here, not in their queues.
 */
export class Brokering {
  private readonly agenda: Agenda;
  private readonly calls: CallTable;
  private readonly calling: Calling;
  private readonly groups: readonly Group[];
  private readonly byBroker = new Map<Station, Group[]>();

  constructor(
    agenda: Agenda,
    calls: CallTable,
    calling: Calling,
    stations: readonly Station[],
    links: readonly Link[],
  ) {
    this.agenda = agenda;
    this.calls = calls;
    this.calling = calling;
    const brokers = new Map(stations.filter(({ config }) => config.broker).map((made) => [made.id, made]));
    const delivering = links.filter(({ config }) => brokers.has(config.from));
    this.groups = delivering.flatMap((link, index): Group[] => {
      const broker = brokers.get(link.config.from);
      if (broker?.config.broker === undefined) return [];
      const backlog = new WaitingLine(1, false);
      return [{ index, broker, config: broker.config.broker, link, backlog, underWay: 0 }];
    });
    for (const broker of brokers.values()) {
      this.byBroker.set(
        broker,
        this.groups.filter((group) => group.broker === broker),
      );
    }
  }

  /** Whether the broker refuses another message, because a group's backlog is full with those being stored. */
  refuses(station: Station): boolean {
    const groups = this.byBroker.get(station);
    if (groups === undefined) return false;
    const storing = station.pools.reduce((sum, pool) => sum + pool.busy + pool.line.count, 0);
    return groups.some(
      ({ config, backlog }) =>
        config.overflow === "reject" && config.maxDepth > 0 && backlog.count + storing >= config.maxDepth,
    );
  }

  /** The request's message is stored: a copy for each group. */
  store(request: Request, station: Station): void {
    for (const group of this.byBroker.get(station) ?? []) {
      if (group.config.maxDepth > 0 && group.backlog.count >= group.config.maxDepth) this.dropOldest(group);
      const call = this.calls.take(group.link);
      call.name = request.name;
      call.key = request.key;
      call.priority = request.priority;
      call.group = group.index;
      group.backlog.push(call.index, 0);
      this.count(group, 1);
      this.deliver(group);
    }
  }

  /** A delivery has ended, well or not: its consumer can take another. */
  delivered(call: Call): void {
    const group = this.groups[call.group];
    this.calls.release(call);
    if (group === undefined) return;
    group.underWay--;
    this.deliver(group);
  }

  /** Consumers may have more slots than before, or a broker delivers again. */
  wake(station: Station): void {
    for (const group of this.groups) {
      if (group.broker === station || group.link.to === station) this.deliver(group);
    }
  }

  private deliver(group: Group): void {
    const { backlog, broker, link } = group;
    const slots = link.to.infinite ? Number.POSITIVE_INFINITY : link.to.capacity;
    while (backlog.count > 0 && group.underWay < slots && !broker.blocked) {
      const call = this.calls.all[backlog.pop()];
      this.count(group, -1);
      if (call === undefined) continue;
      group.underWay++;
      this.calling.begin(call);
    }
  }

  private dropOldest(group: Group): void {
    const call = this.calls.all[group.backlog.pop()];
    this.count(group, -1);
    if (call !== undefined) this.calls.release(call);
  }

  /** Messages that wait for their consumers count as the broker's queue. */
  private count(group: Group, change: number): void {
    const { broker } = group;
    broker.elapse(this.agenda.nowMs);
    group.backlog.count += change;
    broker.queued += change;
    if (broker.queued > broker.meter.maxQueue) broker.meter.maxQueue = broker.queued;
  }
}
