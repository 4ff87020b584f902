import { echo } from "../../core/design/problem.ts";
import { type Autoscale, Balance, Discipline, type Station } from "../../gen/architech/engine/v1/engine.ts";
import { balanceOf } from "./balance.ts";
import { DEFAULTS } from "./defaults.ts";
import type { Draft, ServingNode } from "./draft.ts";

/** The fields of a station that its kind of node decides. */
export type StationPart = Partial<Station> & Pick<Station, "replicas" | "slots" | "discipline">;

export type CapacityNode = Exclude<ServingNode, { type: "function" | "queue" }>;

/** Replicas × slots, the queue before them, and how a request finds a replica. */
export function capacityPart(node: CapacityNode, path: string, draft: Draft): StationPart {
  const { data } = node;
  const of = `of node ${echo(node.id)}`;
  const scaling = "autoscale" in data ? data.autoscale : undefined;
  const common = { ...autoscalePart(node, path, draft), mtbfMs: data.mtbfMs ?? 0, mttrMs: data.mttrMs ?? 0 };
  // Without a bound nothing queues, and replicas count for cost only.
  if (isUnlimited(node))
    return {
      replicas: data.replicas ?? 1,
      slots: 1,
      queueUnbounded: true,
      discipline: Discipline.DISCIPLINE_INFINITE,
      ...common,
    };
  const replicas = draft.book.take(
    data.replicas ?? scaling?.min,
    DEFAULTS.replicas,
    `${path}.data.replicas`,
    `replicas ${of}`,
  );
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
    ...common,
  };
}

/** Somebody else's system has no queue that we could know of. */
function isUnlimited({ type, data }: CapacityNode): boolean {
  if (data.concurrency === "unlimited") return true;
  return type === "external" && data.concurrency === undefined && data.cores === undefined;
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
