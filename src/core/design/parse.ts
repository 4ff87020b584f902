import { type Design, designSchema } from "./design.ts";
import { graphOf, serves } from "./graph.ts";
import { problemsOf } from "./issues.ts";
import { MAX_STATIONS } from "./limits.ts";
import { tooLarge } from "./measure.ts";
import { bounded, type DesignProblem, problem } from "./problem.ts";
import { edgeProblems } from "./rules/edges.ts";
import { faultProblems } from "./rules/faults.ts";
import { idProblems } from "./rules/ids.ts";
import { nodeProblems } from "./rules/nodes.ts";
import { objectiveProblems } from "./rules/objectives.ts";
import { workloadProblems } from "./rules/workloads.ts";
import { DEFAULT_DURATION_MS } from "./run.ts";

export type ParsedDesign = { readonly design: Design } | { readonly problems: readonly DesignProblem[] };

/**
 * Checks a document against the design format: its shape, then what its ids refer to. Never throws; gives the
 * design, or what is wrong with it (errors only, at most MAX_PROBLEMS). What can be known only of the translated
 * design (cycles, calls per request, size of the run) is found by the translation.
 */
export function parseDesign(input: unknown): ParsedDesign {
  const large = tooLarge(input);
  if (large !== undefined) return { problems: [large] };
  const parsed = designSchema.safeParse(input);
  if (!parsed.success) return { problems: bounded(problemsOf(parsed.error.issues, input)) };
  const problems = referenceProblems(parsed.data);
  return problems.length > 0 ? { problems: bounded(problems) } : { design: parsed.data };
}

function referenceProblems(design: Design): DesignProblem[] {
  const doubles = idProblems(design);
  if (doubles.length > 0) return doubles;
  const graph = graphOf(design);
  return [
    ...sizeProblems(design),
    ...edgeProblems(design, graph),
    ...nodeProblems(design, graph),
    ...workloadProblems(design, graph),
    ...faultProblems(design, graph, design.run.durationMs ?? DEFAULT_DURATION_MS),
    ...objectiveProblems(design, graph),
  ];
}

function sizeProblems(design: Design): DesignProblem[] {
  const stations = design.nodes.filter(serves).length;
  if (stations <= MAX_STATIONS) return [];
  return [
    problem(
      "E-LIMITS",
      "nodes",
      `Give at most ${MAX_STATIONS} nodes that serve requests; these are ${stations}.`,
    ),
  ];
}
