import type { Link, SimulationConfig, Source, Station } from "../../../gen/architech/engine/v1/engine.ts";
import type { Problems } from "./problems.ts";

export const MAX_STATIONS = 2_000;
export const MAX_LINKS = 10_000;
export const MAX_SOURCES = 1_000;

/** The parts of a config by id. */
export interface Lookup {
  readonly stations: ReadonlyMap<string, Station>;
  readonly links: ReadonlyMap<string, Link>;
  readonly sources: ReadonlyMap<string, Source>;
  readonly zones: ReadonlySet<string>;
}

/** Finds the parts; ids are given, and belong to one part each. */
export function lookUp(problems: Problems, config: SimulationConfig): Lookup {
  atMost(problems, "stations", config.stations.length, MAX_STATIONS);
  atMost(problems, "links", config.links.length, MAX_LINKS);
  atMost(problems, "sources", config.sources.length, MAX_SOURCES);
  const stations = byId(problems, "stations", config.stations);
  const links = byId(problems, "links", config.links);
  const sources = byId(problems, "sources", config.sources);
  for (const [i, { id }] of config.sources.entries()) {
    if (stations.has(id)) problems.reference(`sources[${i}].id`, `"${id}" is a station as well.`);
  }
  const zones = new Set(config.zones);
  if (zones.size < config.zones.length) problems.reference("zones", "A zone is named twice.");
  if (zones.has("")) problems.required("zones", "A zone has a name.");
  return { stations, links, sources, zones };
}

function atMost(problems: Problems, path: string, count: number, most: number): void {
  if (count > most) problems.range(path, `${count} ${path} are more than ${most}.`);
}

function byId<T extends { id: string }>(
  problems: Problems,
  path: string,
  parts: readonly T[],
): Map<string, T> {
  const found = new Map<string, T>();
  for (const [i, part] of parts.entries()) {
    if (part.id === "") problems.required(`${path}[${i}].id`, "An id is needed.");
    else if (found.has(part.id)) problems.reference(`${path}[${i}].id`, `"${part.id}" is taken.`);
    else found.set(part.id, part);
  }
  return found;
}
