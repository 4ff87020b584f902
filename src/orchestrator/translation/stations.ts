import { type DesignProblem, echo } from "../../core/design/problem.ts";
import { Balance, Discipline, type Station } from "../../gen/architech/engine/v1/engine.ts";
import { capacityPart, type StationPart } from "./capacity.ts";
import { DEFAULTS } from "./defaults.ts";
import { type Draft, type ServingNode, servingNodes } from "./draft.ts";
import { functionPart, queuePart } from "./on-demand.ts";
import { operationsOf, stepProblems } from "./steps.ts";

/** One station for each node that serves requests, ascending by id, so that the order of nodes changes nothing. */
export function stationsOf(draft: Draft): { stations: Station[]; problems: DesignProblem[] } {
  const problems: DesignProblem[] = [];
  const stations = servingNodes(draft.design).map(({ node, path }) => {
    const operations = operationsOf(node, path, draft);
    problems.push(...stepProblems(operations, node.id, path));
    return { ...blank(node.id, draft.graph.zoneOf(node.id) ?? ""), operations, ...partOf(node, path, draft) };
  });
  return { stations: stations.sort((a, b) => (a.id < b.id ? -1 : 1)), problems };
}

function blank(id: string, zone: string): Station {
  return {
    id,
    zone,
    replicas: 1,
    slots: 1,
    queueCapacity: 0,
    queueUnbounded: false,
    discipline: Discipline.DISCIPLINE_FIFO,
    balance: Balance.BALANCE_ROUND_ROBIN,
    operations: [],
    mtbfMs: 0,
    mttrMs: 0,
    costPerReplicaHour: 0,
    costPerMillionRequests: 0,
  };
}

function partOf(node: ServingNode, path: string, draft: Draft): StationPart {
  switch (node.type) {
    case "function":
      return { ...functionPart(node, path, draft), ...sharedPart(node.data) };
    case "queue":
      return queuePart(node, path, draft);
    case "cache":
    case "cdn": {
      const hitRatio = draft.book.take(
        node.data.hitRatio,
        DEFAULTS.hitRatio[node.type],
        `${path}.data.hitRatio`,
        `hit ratio of node ${echo(node.id)}`,
      );
      return {
        ...capacityPart(node, path, draft),
        ...sharedPart(node.data),
        cache: { hitRatio, warmMs: node.data.warmMs ?? 0 },
      };
    }
    default:
      return { ...capacityPart(node, path, draft), ...sharedPart(node.data) };
  }
}

/** Rate limit and cost. */
function sharedPart(data: Exclude<ServingNode, { type: "queue" }>["data"]): Partial<Station> {
  const limit = data.rateLimit;
  return {
    ...(limit === undefined
      ? {}
      : { rateLimit: { perSec: limit.perSec, burst: limit.burst ?? Math.max(1, limit.perSec) } }),
    costPerReplicaHour: data.costPerReplicaHour ?? 0,
    costPerMillionRequests: data.costPerMillionRequests ?? 0,
  };
}
