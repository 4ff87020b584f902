import type { Design } from "./design.ts";
import type { DesignEdge } from "./edges.ts";
import type { DesignNode, NodeType } from "./nodes.ts";

export type Placed<T> = { readonly it: T; readonly index: number };

/** A design's nodes and edges, to be found by id and followed. Edges keep the order of the document. */
export type DesignGraph = {
  readonly nodes: ReadonlyMap<string, Placed<DesignNode>>;
  readonly edges: ReadonlyMap<string, Placed<DesignEdge>>;
  out(nodeId: string): readonly Placed<DesignEdge>[];
  into(nodeId: string): readonly Placed<DesignEdge>[];
  /** The nearest zone around a node. */
  zoneOf(nodeId: string): string | undefined;
};

/** Types of nodes that serve requests: each becomes a station. */
const SERVING: ReadonlySet<NodeType> = new Set<NodeType>([
  "cdn",
  "load-balancer",
  "api-gateway",
  "service",
  "function",
  "worker",
  "cache",
  "database",
  "object-store",
  "queue",
  "external",
]);

export function serves(node: DesignNode): boolean {
  return SERVING.has(node.type);
}

export function graphOf(design: Design): DesignGraph {
  const nodes = new Map(design.nodes.map((it, index) => [it.id, { it, index }] as const));
  const edges = new Map(design.edges.map((it, index) => [it.id, { it, index }] as const));
  const out = Map.groupBy(edges.values(), (edge) => edge.it.source);
  const into = Map.groupBy(edges.values(), (edge) => edge.it.target);
  return {
    nodes,
    edges,
    out: (nodeId) => out.get(nodeId) ?? [],
    into: (nodeId) => into.get(nodeId) ?? [],
    zoneOf(nodeId) {
      const seen = new Set<string>();
      let parent = nodes.get(nodeId)?.it.parentId;
      while (parent !== undefined && !seen.has(parent)) {
        seen.add(parent);
        const around = nodes.get(parent)?.it;
        if (around?.type === "zone") return parent;
        parent = around?.parentId;
      }
      return undefined;
    },
  };
}
