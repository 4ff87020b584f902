import type { Design } from "../design.ts";
import type { DesignGraph } from "../graph.ts";
import { type DesignProblem, echo, problem } from "../problem.ts";

/** E-REF of objectives. */
export function objectiveProblems(design: Design, graph: DesignGraph): DesignProblem[] {
  return design.objectives.flatMap((objective, index) =>
    objective.node === undefined || graph.nodes.has(objective.node)
      ? []
      : [
          problem(
            "E-REF",
            `objectives[${index}].node`,
            `Name a node of this design: there is no ${echo(objective.node)}.`,
          ),
        ],
  );
}
