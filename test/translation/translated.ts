import type { Link, Source, Station } from "../../src/gen/architech/engine/v1/engine.ts";
import { type Translation, translate } from "../../src/orchestrator/translation/translate.ts";
import { type Json, sample, valid } from "../designs/sample.ts";

/** The translation of a design document that must translate. */
export function translated(document: unknown, durationMs?: number): Translation {
  const made = translate(valid(document), { seed: 7, ...(durationMs === undefined ? {} : { durationMs }) });
  if ("problems" in made) throw new Error(JSON.stringify(made.problems, null, 2));
  return made;
}

/** `code path` of each problem of a design document whose translation must be refused. */
export function refusals(document: unknown): string[] {
  const made = translate(valid(document), { seed: 7 });
  if ("config" in made) throw new Error("The design was translated.");
  return made.problems.map(({ code, path }) => `${code} ${path}`);
}

export function station({ config }: Translation, id: string): Station {
  return found(config.stations, id);
}

export function link({ config }: Translation, id: string): Link {
  return found(config.links, id);
}

export function source({ config }: Translation, id: string): Source {
  return found(config.sources, id);
}

/** The links that an operation calls: one list for each step, `work` for a step of work. */
export function steps(made: Translation, id: string, operation = "default"): (string[] | "work")[] {
  const { operations } = station(made, id);
  return (operations.find(({ name }) => name === operation)?.steps ?? []).map(({ kind }) =>
    kind === undefined || kind.$case === "work" ? "work" : kind.value.calls.map((call) => call.link),
  );
}

/** users → api, and from api an edge to each of these nodes, named by the node, with this data. */
export function fan(targets: readonly Json[], data: (id: string) => Json = () => ({}), api: Json = {}): Json {
  return sample({
    nodes: [{ id: "users", type: "client" }, { id: "api", type: "service", data: api }, ...targets],
    edges: [
      { id: "in", source: "users", target: "api" },
      ...targets.map(({ id }) => ({ id: `to-${id}`, source: "api", target: id, data: data(String(id)) })),
    ],
  });
}

function found<T extends { readonly id: string }>(items: readonly T[], id: string): T {
  const item = items.find((it) => it.id === id);
  if (item === undefined) throw new Error(`There is no ${id} among ${items.map((it) => it.id).join(", ")}.`);
  return item;
}
