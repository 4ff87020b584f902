import { type DesignProblem, echo } from "../../core/design/problem.ts";
import { type Autoscale, Balance, Discipline, type Station } from "../../gen/architech/engine/v1/engine.ts";
import { balanceOf } from "./balance.ts";
import { DEFAULTS } from "./defaults.ts";
import { type Draft, type ServingNode, servingNodes } from "./draft.ts";
import { operationsOf, stepProblems } from "./steps.ts";

type StationPart = Partial<Station> & Pick<Station, "replicas" | "slots" | "discipline">;

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

type CapacityNode = Exclude<ServingNode, { type: "function" | "queue" }>;

/** Replicas × slots, the queue before them, and how a request finds a replica. */
function capacityPart(node: CapacityNode, path: string, draft: Draft): StationPart {
  const { data } = node;
  const of = `of node ${echo(node.id)}`;
  const scaling = "autoscale" in data ? data.autoscale : undefined;
  const replicas = draft.book.take(
    data.replicas ?? scaling?.min,
    DEFAULTS.replicas,
    `${path}.data.replicas`,
    `replicas ${of}`,
  );
  const autoscale = autoscalePart(node, path, draft);
  const unlimited =
    data.concurrency === "unlimited" ||
    (node.type === "external" && data.concurrency === undefined && data.cores === undefined);
  // Somebody else's system has no queue that we could know of.
  if (unlimited)
    return {
      replicas,
      slots: 1,
      queueUnbounded: true,
      discipline: Discipline.DISCIPLINE_INFINITE,
      ...autoscale,
    };
  const slots = data.cores ?? slotsOf(node, path, draft);
  const queue = draft.book.take<number | "unbounded">(
    data.queueCapacity,
    DEFAULTS.queueCapacity,
    `${path}.data.queueCapacity`,
    `queue capacity ${of}`,
  );
  const many = replicas > 1 || scaling !== undefined;
  return {
    replicas,
    slots,
    queueCapacity: queue === "unbounded" ? 0 : queue,
    queueUnbounded: queue === "unbounded",
    discipline:
      data.cores === undefined
        ? DISCIPLINES[data.discipline ?? "fifo"]
        : Discipline.DISCIPLINE_PROCESSOR_SHARING,
    balance: replicaBalance(node, path, draft, many),
    ...autoscale,
    mtbfMs: data.mtbfMs ?? 0,
    mttrMs: data.mttrMs ?? 0,
  };
}

const DISCIPLINES = {
  fifo: Discipline.DISCIPLINE_FIFO,
  lifo: Discipline.DISCIPLINE_LIFO,
  priority: Discipline.DISCIPLINE_PRIORITY,
};

function slotsOf(node: CapacityNode, path: string, draft: Draft): number {
  const given = typeof node.data.concurrency === "number" ? node.data.concurrency : undefined;
  if (given !== undefined || node.type === "external") return given ?? 1;
  return draft.book.take(
    given,
    DEFAULTS.slots[node.type],
    `${path}.data.concurrency`,
    `concurrency of node ${echo(node.id)}`,
  );
}

/** A load balancer whose only target has several replicas passes its policy on to them. */
function replicaBalance(node: CapacityNode, path: string, draft: Draft, many: boolean): Balance {
  if (node.data.balance !== undefined) return balanceOf(node.data.balance);
  if (!many) return Balance.BALANCE_ROUND_ROBIN;
  for (const { it: edge } of draft.graph.into(node.id)) {
    const before = draft.graph.nodes.get(edge.source)?.it;
    if (
      before?.type === "load-balancer" &&
      before.data.policy !== undefined &&
      draft.graph.out(before.id).length === 1
    )
      return balanceOf(before.data.policy);
  }
  return balanceOf(
    draft.book.take(
      undefined,
      DEFAULTS.replicaBalance,
      `${path}.data.balance`,
      `balance of node ${echo(node.id)}`,
    ),
  );
}

function autoscalePart(node: CapacityNode, path: string, draft: Draft): { autoscale?: Autoscale } {
  const given = "autoscale" in node.data ? node.data.autoscale : undefined;
  if (given === undefined) return {};
  const take = (value: number | undefined, fallback: (typeof DEFAULTS)["scaleTarget"], field: string) =>
    draft.book.take(
      value,
      fallback,
      `${path}.data.autoscale.${field}`,
      `autoscale.${field} of node ${echo(node.id)}`,
    );
  return {
    autoscale: {
      min: given.min,
      max: given.max,
      targetUtilization: take(given.targetUtilization, DEFAULTS.scaleTarget, "targetUtilization"),
      intervalMs: take(given.intervalMs, DEFAULTS.scaleIntervalMs, "intervalMs"),
      tolerance: take(given.tolerance, DEFAULTS.scaleTolerance, "tolerance"),
      upDelayMs: take(given.startupMs, DEFAULTS.scaleStartupMs, "startupMs"),
      downStabilizationMs: take(given.downStabilizationMs, DEFAULTS.scaleDownMs, "downStabilizationMs"),
    },
  };
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

/** One request per instance. Always warm and without a limit, an instance is there for every request at once. */
function functionPart(
  node: Extract<ServingNode, { type: "function" }>,
  path: string,
  draft: Draft,
): StationPart {
  const { data } = node;
  const of = `of node ${echo(node.id)}`;
  const upDelayMs = draft.book.take(
    data.startupMs,
    DEFAULTS.coldStartMs,
    `${path}.data.startupMs`,
    `cold start ${of}`,
  );
  if (upDelayMs === 0) {
    if (data.maxInstances === undefined)
      return { replicas: 1, slots: 1, queueUnbounded: true, discipline: Discipline.DISCIPLINE_INFINITE };
    return {
      replicas: 1,
      slots: data.maxInstances,
      queueCapacity: 0,
      discipline: Discipline.DISCIPLINE_FIFO,
    };
  }
  const max = draft.book.take(
    data.maxInstances,
    DEFAULTS.maxInstances,
    `${path}.data.maxInstances`,
    `instances ${of}`,
  );
  return {
    replicas: 1,
    slots: 1,
    queueUnbounded: true,
    discipline: Discipline.DISCIPLINE_FIFO,
    balance: Balance.BALANCE_CENTRAL_QUEUE,
    autoscale: {
      min: 0,
      max,
      targetUtilization: 1,
      intervalMs: 0,
      tolerance: 0,
      upDelayMs,
      downStabilizationMs: DEFAULTS.scaleDownMs.value,
    },
  };
}

/** A broker: storing a message is its work; its outgoing links are its consumer groups. */
function queuePart(node: Extract<ServingNode, { type: "queue" }>, path: string, draft: Draft): StationPart {
  const { data } = node;
  const take = <T>(given: T | undefined, fallback: Parameters<typeof draft.book.take<T>>[1], field: string) =>
    draft.book.take(given, fallback, `${path}.data.${field}`, `${field} of node ${echo(node.id)}`);
  const redeliveryMs = data.redeliveryMs ?? 0;
  return {
    replicas: 1,
    slots: take(data.concurrency, DEFAULTS.slots.queue, "concurrency"),
    queueUnbounded: true,
    discipline: Discipline.DISCIPLINE_FIFO,
    broker: {
      partitions: take(data.partitions, DEFAULTS.partitions, "partitions"),
      maxDepth: take(data.maxDepth, DEFAULTS.maxDepth, "maxDepth"),
      overflow: take<"reject" | "drop-oldest" | "block">(data.overflow, DEFAULTS.overflow, "overflow"),
      redeliveryMs,
      maxDeliveries:
        redeliveryMs === 0
          ? (data.maxDeliveries ?? 0)
          : take(data.maxDeliveries, DEFAULTS.maxDeliveries, "maxDeliveries"),
      deadLetter: data.deadLetter ?? "",
    },
  };
}
