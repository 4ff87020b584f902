import {
  Balance,
  type Operation,
  type SimulationConfig,
  type Step,
} from "../../../gen/architech/engine/v1/engine.ts";
import { callsOf, DEFAULT_OPERATION } from "../compile.ts";
import type { Lookup } from "./lookup.ts";
import type { Problems } from "./problems.ts";

/** Calls that one source request may lead to, on average; beyond it a cycle of calls is as good as endless. */
const MAX_CALLS = 10_000;
const MAX_NODES = 200_000;
const MAX_ROUNDS = 20_000;
const NEGLIGIBLE = 1e-6;

/** A station asked for an operation, and the calls that one such request makes, on average. */
interface Node {
  readonly station: string;
  readonly calls: { readonly to: Node; readonly times: number }[];
  /** Visits per source request, of the present round, and of the next. */
  visits: number;
  next: number;
}

/**
 * Follows the requests through the config, on average: every operation asked for exists, and the calls come to an
 * end. The traffic equations, solved by rounds: each round is one call deeper.
 */
export function checkTraffic(problems: Problems, config: SimulationConfig, lookup: Lookup): void {
  const graph = new Graph(problems, config, lookup);
  for (const source of config.sources) {
    const mix = source.mix.length === 0 ? [{ operation: "", weight: 1 }] : source.mix;
    const sum = mix.reduce((total, { weight }) => total + weight, 0);
    const first = lookup.links.get(source.targetLink)?.to ?? "";
    for (const { operation, weight } of mix) {
      const node = graph.node(first, operation === "" ? DEFAULT_OPERATION : operation);
      if (node !== undefined) node.visits += weight / sum;
    }
  }
  graph.expand();
  if (problems.errors) return;
  const endless = graph.follow(config.sources.length);
  if (endless === undefined) return;
  const at = config.stations.findIndex((station) => station.id === endless);
  const message = `A request leads to more than ${MAX_CALLS} calls, most often of "${endless}": do they end?`;
  problems.range(`stations[${at}].operations`, message);
}

class Graph {
  private readonly nodes = new Map<string, Node>();
  private readonly todo: { node: Node; name: string }[] = [];
  private readonly problems: Problems;
  private readonly config: SimulationConfig;
  private readonly lookup: Lookup;

  constructor(problems: Problems, config: SimulationConfig, lookup: Lookup) {
    this.problems = problems;
    this.config = config;
    this.lookup = lookup;
  }

  node(station: string, name: string): Node | undefined {
    const key = `${station}\u0000${name}`;
    const known = this.nodes.get(key);
    if (known !== undefined) return known;
    if (this.nodes.size >= MAX_NODES) return undefined;
    const made: Node = { station, calls: [], visits: 0, next: 0 };
    this.nodes.set(key, made);
    this.todo.push({ node: made, name });
    return made;
  }

  /** Finds all that is reached from the nodes there are. */
  expand(): void {
    for (let next = this.todo.pop(); next !== undefined; next = this.todo.pop()) {
      const { node, name } = next;
      const operation = this.operationOf(node.station, name);
      if (operation !== undefined) this.addCalls(node, name, operation);
    }
    if (this.nodes.size >= MAX_NODES)
      this.problems.range("stations", "Too many operations at too many stations.");
  }

  /** The station most visited where the visits do not end; undefined where they do. */
  follow(sources: number): string | undefined {
    const nodes = [...this.nodes.values()];
    let total = 0;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      let moving = 0;
      for (const node of nodes) {
        for (const { to, times } of node.calls) to.next += node.visits * times;
      }
      for (const node of nodes) {
        moving += node.next;
        node.visits = node.next;
        node.next = 0;
      }
      total += moving;
      if (moving < NEGLIGIBLE) return undefined;
      if (total > MAX_CALLS * Math.max(1, sources)) break;
    }
    return nodes.reduce((most, node) => (node.visits > most.visits ? node : most)).station;
  }

  private operationOf(stationId: string, name: string): Operation | undefined {
    const station = this.lookup.stations.get(stationId);
    if (station === undefined) return undefined;
    const named = (wanted: string) =>
      station.operations.find((operation) => (operation.name || DEFAULT_OPERATION) === wanted);
    const found = named(name) ?? named(DEFAULT_OPERATION);
    if (found === undefined) {
      const at = this.config.stations.indexOf(station);
      const message = `"${stationId}" is asked for "${name}", and has neither it nor "${DEFAULT_OPERATION}".`;
      this.problems.reference(`stations[${at}].operations`, message);
    }
    return found;
  }

  private addCalls(node: Node, name: string, operation: Operation): void {
    const cache = this.lookup.stations.get(node.station)?.cache;
    if (this.lookup.stations.get(node.station)?.broker !== undefined) this.addDeliveries(node, name);
    let reached = 1;
    for (const step of operation.steps) {
      const calls = callsOf(step);
      // A request that hits the station's cache ends before the first call that is for misses only.
      if (cache !== undefined && reached === 1 && calls.some((call) => call.onlyOnOwnMiss)) {
        reached = 1 - cache.hitRatio;
      }
      for (const call of calls) {
        const link = this.lookup.links.get(call.link);
        const to = link && this.node(link.to, call.operation === "" ? name : call.operation);
        if (to === undefined) continue;
        const asked = this.lookup.stations.get(this.lookup.links.get(call.onlyOnMissOf)?.to ?? "")?.cache;
        const missed = asked === undefined ? 1 : 1 - asked.hitRatio;
        const share = this.shareOf(step, call.link);
        node.calls.push({ to, times: reached * missed * share * call.probability * call.count });
      }
    }
  }

  /** Each group of consumers gets a copy. */
  private addDeliveries(node: Node, name: string): void {
    for (const link of this.config.links) {
      const to = link.from === node.station ? this.node(link.to, name) : undefined;
      if (to !== undefined) node.calls.push({ to, times: 1 });
    }
  }

  /** Of one call among those of its step. */
  private shareOf(step: Step, linkId: string): number {
    if (step.kind?.$case !== "oneOf") return 1;
    const { calls, balance } = step.kind.value;
    if (balance !== Balance.BALANCE_RANDOM) return 1 / calls.length;
    const weight = (id: string) => this.lookup.links.get(id)?.weight || 1;
    return weight(linkId) / calls.reduce((sum, call) => sum + weight(call.link), 0);
  }
}
