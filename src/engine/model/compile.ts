import type {
  Call as CallConfig,
  Operation as OperationConfig,
  SimulationConfig,
  Source as SourceConfig,
  Station as StationConfig,
  Step as StepConfig,
} from "../../gen/architech/engine/v1/engine.ts";
import { Sampler } from "./distributions.ts";
import { Link } from "./link.ts";
import { OperationTable, type PlannedCall, type PlannedOperation, type PlannedStep } from "./operation.ts";
import { Random } from "./random.ts";
import { Sharing } from "./sharing.ts";
import { Source } from "./source.ts";
import { Station } from "./station.ts";

/** The operation that a request runs where its station has none of its own name. */
export const DEFAULT_OPERATION = "default";

/** A config with everything looked up, numbered and seeded, ready to run. */
export interface Model {
  readonly stations: readonly Station[];
  readonly links: readonly Link[];
  readonly sources: readonly Source[];
  readonly operations: OperationTable;
  /** How work is shared in each pool of the stations with processor sharing; grows as replicas are added. */
  readonly shares: readonly Sharing[];
}

/** `underWay` says whether the attempt of this call with this generation has not ended. */
export function compile(
  config: SimulationConfig,
  seed: number,
  underWay: (call: number, generation: number) => boolean,
): Model {
  const levels = urgencies(config.sources);
  const shares: Sharing[] = [];
  const share = (cores: number) => {
    const made = new Sharing(shares.length, cores);
    shares.push(made);
    return made;
  };
  const stations = config.stations.map((station, i) => new Station(i, station, seed, levels.length, share));
  const stationById = new Map(stations.map((station) => [station.id, station]));
  const links = config.links.map((link, i) => {
    const to = stationById.get(link.to);
    if (to === undefined) throw new Error(`Link ${link.id} leads to no station.`);
    return new Link(i, link, to, seed, underWay);
  });
  const linkById = new Map(links.map((link) => [link.id, link]));
  const names = new Names();
  const sources = config.sources.map((source, i) => {
    const mix = source.mix.length === 0 ? [DEFAULT_OPERATION] : source.mix.map((entry) => entry.operation);
    const level = levels.indexOf(source.priority);
    const link = found(linkById, source.targetLink);
    return new Source(
      i,
      source,
      link,
      level,
      mix.map((name) => names.number(name)),
      seed,
    );
  });
  const operations = config.stations.map((station) => planOperations(station, linkById, names, seed));
  return { stations, links, sources, shares, operations: new OperationTable(tableOf(operations, names)) };
}

/** The priorities of the sources, the most urgent first. */
function urgencies(sources: readonly SourceConfig[]): number[] {
  return [...new Set(sources.map((source) => source.priority))].sort((a, b) => b - a);
}

/** Numbers for operation names, in the order in which they are met. */
class Names {
  readonly all: string[] = [];
  private readonly numbers = new Map<string, number>();

  number(text: string): number {
    const name = text === "" ? DEFAULT_OPERATION : text;
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.numbers.set(name, this.all.length);
    this.all.push(name);
    return this.all.length - 1;
  }
}

function tableOf(
  operations: readonly ReadonlyMap<string, PlannedOperation>[],
  names: Names,
): PlannedOperation[][] {
  // A station without an operation for a name is never asked for it: validation has seen to that.
  const none: PlannedOperation = { name: "", steps: [], errorRatio: 0, hitEnd: 0 };
  return operations.map((own) =>
    names.all.map((name) => own.get(name) ?? own.get(DEFAULT_OPERATION) ?? none),
  );
}

function planOperations(
  station: StationConfig,
  links: ReadonlyMap<string, Link>,
  names: Names,
  seed: number,
): Map<string, PlannedOperation> {
  const planned = new Map<string, PlannedOperation>();
  for (const operation of station.operations) {
    const name = operation.name === "" ? DEFAULT_OPERATION : operation.name;
    const bits = missBits(operation);
    const steps = operation.steps.map((step, i) => {
      const work = new Random(seed, `${station.id}\u0000${name}\u0000${i}`, "station:work");
      return planStep(step, (call) => planCall(call, links, names, bits), work);
    });
    const firstForMisses = operation.steps.findIndex((step) =>
      callsOf(step).some((call) => call.onlyOnOwnMiss),
    );
    const hitEnd = firstForMisses < 0 ? steps.length : firstForMisses;
    planned.set(name, { name, steps, errorRatio: operation.errorRatio, hitEnd });
  }
  return planned;
}

/** A bit for each link whose miss another call of the operation asks for. */
function missBits(operation: OperationConfig): Map<string, number> {
  const bits = new Map<string, number>();
  for (const call of operation.steps.flatMap(callsOf)) {
    if (call.onlyOnMissOf !== "" && !bits.has(call.onlyOnMissOf)) {
      bits.set(call.onlyOnMissOf, 1 << bits.size);
    }
  }
  return bits;
}

export function callsOf(step: StepConfig): readonly CallConfig[] {
  return step.kind === undefined || step.kind.$case === "work" ? [] : step.kind.value.calls;
}

function planStep(step: StepConfig, plan: (call: CallConfig) => PlannedCall, work: Random): PlannedStep {
  switch (step.kind?.$case) {
    case "calls":
      return { kind: "calls", calls: step.kind.value.calls.map(plan) };
    case "oneOf": {
      const calls = step.kind.value.calls.map(plan);
      const weightSum = calls.reduce((sum, call) => sum + call.weight, 0);
      return { kind: "one-of", calls, balance: step.kind.value.balance, weightSum, cursor: -1 };
    }
    default:
      return { kind: "work", work: new Sampler(step.kind?.value, work) };
  }
}

function planCall(
  call: CallConfig,
  links: ReadonlyMap<string, Link>,
  names: Names,
  bits: ReadonlyMap<string, number>,
): PlannedCall {
  const link = found(links, call.link);
  const whole = Math.floor(call.count);
  return {
    link,
    name: call.operation === "" ? -1 : names.number(call.operation),
    probability: call.probability,
    whole,
    fraction: call.count - whole,
    optional: call.optional,
    async: link.config.async,
    needsMiss: call.onlyOnMissOf === "" ? 0 : (bits.get(call.onlyOnMissOf) ?? 0),
    missBit: bits.get(call.link) ?? 0,
    weight: link.config.weight === 0 ? 1 : link.config.weight,
  };
}

function found(links: ReadonlyMap<string, Link>, id: string): Link {
  const link = links.get(id);
  if (link === undefined) throw new Error(`There is no link ${id}.`);
  return link;
}
