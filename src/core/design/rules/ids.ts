import type { Design } from "../design.ts";
import { type DesignProblem, echo, problem } from "../problem.ts";

/** E-ID-DUP. Nodes and edges share one space, since faults aim at either. */
export function idProblems(design: Design): DesignProblem[] {
  return [
    ...doubles([named("nodes", design.nodes), named("edges", design.edges)].flat()),
    ...doubles(named("workloads", design.workloads)),
    ...doubles(named("faults", design.faults)),
    ...doubles(named("objectives", design.objectives)),
  ];
}

type Named = { readonly id: string; readonly path: string };

function named(list: string, items: readonly { readonly id: string }[]): Named[] {
  return items.map(({ id }, index) => ({ id, path: `${list}[${index}].id` }));
}

function doubles(names: readonly Named[]): DesignProblem[] {
  const first = new Map<string, string>();
  return names.flatMap(({ id, path }) => {
    const taken = first.get(id);
    if (taken !== undefined)
      return [problem("E-ID-DUP", path, `Choose another id: ${echo(id)} is taken at ${taken}.`)];
    first.set(id, path);
    return [];
  });
}
