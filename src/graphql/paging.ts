// From Relay's arguments to a page of the store, and back. Cursors of the simulation list are ids.
import { ServiceError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { PageRequest, SimulationPage } from "../core/ports/store.ts";
import { pageSize } from "./input.ts";

interface RelayArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

const cursor = /^[\w.-]{1,200}$/;

export function pageRequest(args: RelayArguments): PageRequest {
  if (typeof args.first === "number" && typeof args.last === "number") {
    throw new ServiceError("BAD_INPUT", "Give `first` or `last`, not both.", { path: "last" });
  }
  const fromEnd = typeof args.last === "number";
  const size = fromEnd ? args.last : args.first;
  return {
    limit: pageSize(size, fromEnd ? "last" : "first", limits.listPageDefault, limits.listPageMax),
    ...cursorArgument("after", args.after),
    ...cursorArgument("before", args.before),
    fromEnd,
  };
}

function cursorArgument(
  name: "after" | "before",
  value: string | null | undefined,
): { [K in typeof name]?: string } {
  const given = cursorOf(value, name);
  return given === undefined ? {} : { [name]: given };
}

/** Throws BAD_INPUT where it cannot be one. */
export function cursorOf(value: string | null | undefined, name = "after"): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (cursor.test(value)) return value;
  throw new ServiceError("BAD_INPUT", `Give \`${name}\` a cursor that an earlier answer had.`, {
    path: name,
  });
}

export function connection(page: SimulationPage) {
  return {
    edges: page.simulations.map((simulation) => ({ cursor: simulation.id, node: simulation })),
    pageInfo: {
      hasNextPage: page.hasNext,
      hasPreviousPage: page.hasPrevious,
      startCursor: page.simulations.at(0)?.id ?? null,
      endCursor: page.simulations.at(-1)?.id ?? null,
    },
  };
}
