import type { Design } from "../../core/design/design.ts";
import type { DesignEdge } from "../../core/design/edges.ts";
import { type DesignGraph, graphOf, serves } from "../../core/design/graph.ts";
import type { DesignNode } from "../../core/design/nodes.ts";
import { AssumptionBook } from "./assumptions.ts";
import type { ServingType } from "./defaults.ts";

/** What every part of the translation reads and writes while one design is translated. */
export type Draft = {
  readonly design: Design;
  readonly graph: DesignGraph;
  readonly book: AssumptionBook;
  /** Every operation that any request can ask for. */
  readonly operationNames: ReadonlySet<string>;
};

export type ServingNode = Extract<DesignNode, { type: ServingType }>;

export function draftOf(design: Design): Draft {
  return {
    design,
    graph: graphOf(design),
    book: new AssumptionBook(),
    operationNames: operationNamesOf(design),
  };
}

/** The nodes that become stations, with their places in the document. */
export function servingNodes(design: Design): { node: ServingNode; path: string }[] {
  return design.nodes.flatMap((node, index) => (isServing(node) ? [{ node, path: `nodes[${index}]` }] : []));
}

function isServing(node: DesignNode): node is ServingNode {
  return serves(node);
}

/** Does the caller wait for the answer? */
export function waits(edge: DesignEdge): boolean {
  return edge.data.interaction !== "async";
}

function operationNamesOf(design: Design): ReadonlySet<string> {
  const names = new Set<string>();
  for (const workload of design.workloads)
    for (const { operation } of workload.mix ?? [{ operation: "default" }]) names.add(operation);
  for (const edge of design.edges) if (edge.data.operation !== undefined) names.add(edge.data.operation);
  for (const node of design.nodes) {
    const operations = "operations" in node.data ? (node.data.operations ?? {}) : {};
    for (const { steps } of Object.values(operations))
      for (const call of steps.flatMap((step) => [step.call ?? [], step.oneOf ?? []]).flat())
        if (typeof call !== "string" && call.operation !== undefined) names.add(call.operation);
  }
  return names;
}
