import {
  Balance,
  type Call,
  type Link,
  type Operation,
  type SimulationConfig,
  type Station,
  type Step,
} from "../../gen/architech/engine/v1/engine.ts";

/** One kind of request at one station: what it asks for there. */
export type Visit = {
  readonly station: Station;
  /** The name that the request carries, and hands on. */
  readonly name: string;
  readonly operation: Operation;
  /** The calls that it makes, in all. */
  readonly calls: readonly VisitCall[];
};

export type VisitCall = {
  readonly link: Link;
  /** Index into the visits. */
  readonly to: number;
  /** Calls expected of one request. */
  readonly expected: number;
  /** Made by every request, at least once. */
  readonly certain: boolean;
  /** The step that makes it; -1 for a broker's delivery. */
  readonly step: number;
};

export type Visits = {
  readonly visits: readonly Visit[];
  /** The visit that a source's request of this operation begins with; undefined where its link leads nowhere. */
  entry(linkId: string, operation: string): number | undefined;
};

/** Most kinds of visits that are followed; a design has at most stations × operation names of them. */
export const MAX_VISITS = 50_000;

/**
 * Follows the requests of all sources through the config: every pair of station and operation name that can occur,
 * with the calls expected from each. Undefined where there are more than MAX_VISITS.
 */
export function visitsOf(config: SimulationConfig): Visits | undefined {
  const stations = new Map(config.stations.map((station) => [station.id, station] as const));
  const links = new Map(config.links.map((link) => [link.id, link] as const));
  const deliveries = Map.groupBy(config.links, (link) => link.from);
  const indexes = new Map<string, number>();
  const visits: { station: Station; name: string; operation: Operation; calls: VisitCall[] }[] = [];

  const find = (stationId: string, name: string): number | undefined => {
    const station = stations.get(stationId);
    if (station === undefined) return undefined;
    const key = `${stationId} ${name}`;
    const known = indexes.get(key);
    if (known !== undefined) return known;
    const operation =
      station.operations.find((it) => it.name === name) ??
      station.operations.find((it) => it.name === "default");
    if (operation === undefined) return undefined;
    indexes.set(key, visits.length);
    return visits.push({ station, name, operation, calls: [] }) - 1;
  };

  for (const source of config.sources)
    for (const { operation } of source.mix)
      find(links.get(source.targetLink)?.to ?? "", operation || "default");

  for (let at = 0; at < visits.length; at += 1) {
    if (visits.length > MAX_VISITS) return undefined;
    const visit = visits[at];
    if (visit === undefined) continue;
    const { station, operation, name } = visit;
    for (const made of callsMade(operation, station, links, stations)) {
      const to = find(made.link.to, made.operation || name);
      if (to !== undefined) visit.calls.push({ ...made, to });
    }
    if (station.broker !== undefined)
      for (const link of deliveries.get(station.id) ?? []) {
        const to = find(link.to, name);
        if (to !== undefined) visit.calls.push({ link, to, expected: 1, certain: true, step: -1 });
      }
  }
  return { visits, entry: (linkId, operation) => find(links.get(linkId)?.to ?? "", operation || "default") };
}

type Made = Omit<VisitCall, "to"> & { readonly operation: string };

function callsMade(
  operation: Operation,
  station: Station,
  links: ReadonlyMap<string, Link>,
  stations: ReadonlyMap<string, Station>,
): Made[] {
  const chances = new Map<string, number>();
  return operation.steps.flatMap((step, index) =>
    shares(step, links).flatMap(({ call, share }) => {
      const link = links.get(call.link);
      if (link === undefined) return [];
      const chance = share * call.probability * missChance(call, station, chances, links, stations);
      chances.set(call.link, chance * Math.min(1, call.count));
      return [
        {
          link,
          operation: call.operation,
          expected: chance * call.count,
          certain: chance >= 1 && call.count >= 1,
          step: index,
        },
      ];
    }),
  );
}

/** The chance that a step takes each of its calls. */
function shares(step: Step, links: ReadonlyMap<string, Link>): { call: Call; share: number }[] {
  if (step.kind?.$case === "calls") return step.kind.value.calls.map((call) => ({ call, share: 1 }));
  if (step.kind?.$case !== "oneOf") return [];
  const { calls, balance } = step.kind.value;
  const weights = calls.map((call) =>
    balance === Balance.BALANCE_RANDOM ? links.get(call.link)?.weight || 1 : 1,
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return calls.map((call, index) => ({ call, share: (weights[index] ?? 0) / sum }));
}

function missChance(
  call: Call,
  station: Station,
  chances: ReadonlyMap<string, number>,
  links: ReadonlyMap<string, Link>,
  stations: ReadonlyMap<string, Station>,
): number {
  const own = call.onlyOnOwnMiss ? 1 - (station.cache?.hitRatio ?? 0) : 1;
  if (call.onlyOnMissOf === "") return own;
  const cache = stations.get(links.get(call.onlyOnMissOf)?.to ?? "")?.cache;
  return own * (chances.get(call.onlyOnMissOf) ?? 0) * (1 - (cache?.hitRatio ?? 1));
}
