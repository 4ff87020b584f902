// What a filter lets through, said once for what is held in memory. The store says the same in SQL.
import type { SimulationFilter } from "./ports/store.ts";
import type { Simulation } from "./simulation.ts";

/** Every part that is given must hold; what is left out holds. An empty list holds for nothing. */
export function matchesFilter(filter: SimulationFilter, simulation: Simulation): boolean {
  return (
    isAnyOf(filter.ids, simulation.id) &&
    isOneOf(filter.statuses, simulation.status) &&
    isOneOf(filter.desiredStatuses, simulation.desiredStatus) &&
    isIt(filter.designId, simulation.designId) &&
    isIt(filter.projectId, simulation.projectId) &&
    isIt(filter.userId, simulation.userId) &&
    hasLabels(filter.labels, simulation.labels) &&
    isCreatedWithin(filter, simulation.createdAt)
  );
}

/** Ids are the same in capital letters. */
function isAnyOf(ids: readonly string[] | undefined, id: string): boolean {
  return ids === undefined || ids.some((wanted) => wanted.toLowerCase() === id.toLowerCase());
}

function isOneOf<T>(list: readonly T[] | undefined, value: T): boolean {
  return list === undefined || list.includes(value);
}

function isIt(wanted: string | undefined, value: string): boolean {
  return wanted === undefined || wanted === value;
}

function hasLabels(wanted: SimulationFilter["labels"], labels: Simulation["labels"]): boolean {
  if (wanted === undefined) return true;
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

function isCreatedWithin(filter: SimulationFilter, createdAt: Date): boolean {
  if (filter.createdAfter !== undefined && createdAt < filter.createdAfter) return false;
  return filter.createdBefore === undefined || createdAt < filter.createdBefore;
}
