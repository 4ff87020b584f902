import { echo } from "../../core/design/problem.ts";
import { Balance, Discipline } from "../../gen/architech/engine/v1/engine.ts";
import type { StationPart } from "./capacity.ts";
import { DEFAULTS } from "./defaults.ts";
import type { Draft, ServingNode } from "./draft.ts";

/** Stations whose capacity is not replicas × slots: functions and queues. */

/** One request per instance. Always warm and without a limit, an instance is there for every request at once. */
export function functionPart(
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
export function queuePart(
  node: Extract<ServingNode, { type: "queue" }>,
  path: string,
  draft: Draft,
): StationPart {
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
