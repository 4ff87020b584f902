import type { DesignEdge } from "../../core/design/edges.ts";
import { type DesignProblem, echo, problem } from "../../core/design/problem.ts";
import type { Step as DesignStep, StepCall } from "../../core/design/steps.ts";
import {
  type Call,
  Balance as EngineBalance,
  type Operation,
  type Step,
} from "../../gen/architech/engine/v1/engine.ts";
import { balanceOf, type Policy } from "./balance.ts";
import { DEFAULTS } from "./defaults.ts";
import { toDist } from "./distributions.ts";
import { type Draft, type ServingNode, waits } from "./draft.ts";

/**
 * What a node does with a request: its operations, each a sequence of work and calls. A node that lists none has
 * one, `default`, made from its service time and its outgoing edges.
 */
export function operationsOf(node: ServingNode, path: string, draft: Draft): Operation[] {
  const listed = "operations" in node.data ? (node.data.operations ?? {}) : {};
  const own = Object.entries(listed).map(([name, operation]) => ({
    name,
    errorRatio: operation.errorRatio ?? errorRatioOf(node),
    steps: operation.steps.map((step) => listedStep(step, node, draft)),
  }));
  const routes = node.type === "api-gateway" && own.length === 0 ? routedOperations(node, path, draft) : [];
  const all = [...own, ...routes];
  if (all.some((operation) => operation.name === "default")) return sorted(all);
  return sorted([...all, drawnOperation(node, path, draft, isAsked(all, draft))]);
}

/** Is there a request that gets `default`, because its own operation is not among these? */
function isAsked(operations: readonly Operation[], draft: Draft): boolean {
  const names = new Set(operations.map((operation) => operation.name));
  return [...draft.operationNames].some((name) => !names.has(name));
}

function sorted(operations: readonly Operation[]): Operation[] {
  return [...operations].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function errorRatioOf(node: ServingNode): number {
  return "errorRatio" in node.data ? (node.data.errorRatio ?? 0) : 0;
}

/** The operation of a node as it is drawn: its own work, then its outgoing edges. */
function drawnOperation(node: ServingNode, path: string, draft: Draft, asked: boolean): Operation {
  const edges = node.type === "queue" ? [] : draft.graph.out(node.id).map((edge) => edge.it);
  const first = edges.filter(waits);
  const after = edges.filter((edge) => !waits(edge)).map((edge) => callsStep([callOver(edge, node)]));
  const work = workStep(node, path, draft, asked);
  return {
    name: "default",
    errorRatio: errorRatioOf(node),
    steps: [work, ...drawnCalls(node, first, draft), ...after],
  };
}

function drawnCalls(node: ServingNode, edges: readonly DesignEdge[], draft: Draft): Step[] {
  if (node.type === "load-balancer") return choice(edges, node, balancerPolicy(node, draft));
  if (node.type === "api-gateway")
    return choice(
      edges.filter((edge) => edge.data.operations === undefined),
      node,
      "random",
    );
  const parallel = "callMode" in node.data && node.data.callMode === "parallel";
  if (!parallel) return edges.map((edge) => callsStep([callOver(edge, node)]));
  // What waits for a cache's answer cannot begin beside the call to the cache.
  const groups = [
    edges.filter((edge) => edge.data.onMissOf === undefined),
    edges.filter((edge) => edge.data.onMissOf !== undefined),
  ];
  return groups
    .filter((group) => group.length > 0)
    .map((group) => callsStep(group.map((edge) => callOver(edge, node))));
}

function balancerPolicy(node: Extract<ServingNode, { type: "load-balancer" }>, draft: Draft): Policy {
  const several = draft.graph.out(node.id).length > 1;
  if (node.data.policy !== undefined || !several) return node.data.policy ?? DEFAULTS.choicePolicy.value;
  const path = `nodes[${draft.graph.nodes.get(node.id)?.index}].data.policy`;
  return draft.book.take<Policy>(undefined, DEFAULTS.choicePolicy, path, `policy of node ${echo(node.id)}`);
}

/** A gateway's operations: one for each name that its edges route. A name that no edge routes is answered 404. */
function routedOperations(node: ServingNode, path: string, draft: Draft): Operation[] {
  const edges = draft.graph
    .out(node.id)
    .map((edge) => edge.it)
    .filter(waits);
  const names = new Set(edges.flatMap((edge) => edge.data.operations ?? []));
  if (names.size === 0) return [];
  const open = edges.some((edge) => edge.data.operations === undefined);
  const routed = [...names].map((name) => ({
    name,
    errorRatio: errorRatioOf(node),
    steps: [
      workStep(node, path, draft, false),
      ...choice(
        edges.filter((edge) => edge.data.operations?.includes(name)),
        node,
        "random",
      ),
    ],
  }));
  const work = workStep(node, path, draft, true);
  return open || names.has("default")
    ? routed
    : [...routed, { name: "default", errorRatio: 1, steps: [work] }];
}

function workStep(node: ServingNode, path: string, draft: Draft, noteDefault: boolean): Step {
  const fallback = DEFAULTS.ownWork[node.type];
  const given = node.data.serviceTime ?? (noteDefault ? undefined : fallback.value);
  const time = draft.book.take(
    given,
    fallback,
    `${path}.data.serviceTime`,
    `service time of node ${echo(node.id)}`,
  );
  return { kind: { $case: "work", value: toDist(time) } };
}

function listedStep(step: DesignStep, node: ServingNode, draft: Draft): Step {
  if (step.work !== undefined) return { kind: { $case: "work", value: toDist(step.work) } };
  const listed = step.oneOf ?? step.call ?? [];
  const calls = (typeof listed === "string" ? [listed] : listed).flatMap((it) => listedCall(it, node, draft));
  if (step.oneOf === undefined) return callsStep(calls.map(({ call }) => call));
  return oneOfStep(calls, step.policy ?? DEFAULTS.oneOfPolicy);
}

type EdgeCall = { readonly edge: DesignEdge; readonly call: Call };

function listedCall(listed: string | StepCall, node: ServingNode, draft: Draft): EdgeCall[] {
  const said: StepCall = typeof listed === "string" ? { edge: listed } : listed;
  const edge = draft.graph.edges.get(said.edge)?.it;
  return edge === undefined ? [] : [{ edge, call: callOver(edge, node, said) }];
}

/** The edge's own numbers, but for what the step says. */
function callOver(edge: DesignEdge, node: ServingNode, said?: StepCall): Call {
  return {
    link: edge.id,
    operation: said?.operation ?? edge.data.operation ?? "",
    probability: said?.probability ?? edge.data.probability ?? 1,
    count: said?.callsPerRequest ?? edge.data.callsPerRequest ?? 1,
    onlyOnMissOf: said?.onMissOf ?? edge.data.onMissOf ?? "",
    optional: said?.optional ?? edge.data.optional ?? false,
    // Behind a cache lies what it reads through to.
    onlyOnOwnMiss: node.type === "cache" || node.type === "cdn",
  };
}

function callsStep(calls: readonly Call[]): Step {
  return { kind: { $case: "calls", value: { calls: [...calls] } } };
}

function choice(edges: readonly DesignEdge[], node: ServingNode, policy: Policy): Step[] {
  const calls = edges.map((edge) => ({ edge, call: callOver(edge, node) }));
  return calls.length === 0 ? [] : [oneOfStep(calls, policy)];
}

/** By chance, an edge of weight 0 is never chosen; a choice of one is a plain call. */
function oneOfStep(calls: readonly EdgeCall[], policy: Policy): Step {
  const balance = balanceOf(policy);
  const weighed =
    balance === EngineBalance.BALANCE_RANDOM ? calls.filter(({ edge }) => edge.data.weight !== 0) : calls;
  const kept = weighed.map(({ call }) => call);
  return kept.length === 1 ? callsStep(kept) : { kind: { $case: "oneOf", value: { calls: kept, balance } } };
}

/** E-ONMISS: a call that waits for a cache's miss comes after the call to the cache. E-WEIGHTS: a choice has a choice. */
export function stepProblems(
  operations: readonly Operation[],
  nodeId: string,
  path: string,
): DesignProblem[] {
  return operations.flatMap((operation) => {
    const where =
      operation.name === "default" ? path : `${path}.data.operations[${JSON.stringify(operation.name)}]`;
    const called = new Set<string>();
    return operation.steps.flatMap((step) => {
      const calls = callsOf(step);
      const empty =
        step.kind?.$case === "oneOf" && calls.length === 0
          ? [
              problem(
                "E-WEIGHTS",
                where,
                `Give an edge out of ${echo(nodeId)} a weight greater than 0: it can choose none.`,
              ),
            ]
          : [];
      const early = calls
        .filter((call) => call.onlyOnMissOf !== "" && !called.has(call.onlyOnMissOf))
        .map((call) =>
          problem(
            "E-ONMISS",
            where,
            `Call ${echo(call.onlyOnMissOf)} in an earlier step than ${echo(call.link)}, which waits for its miss.`,
          ),
        );
      for (const call of calls) called.add(call.link);
      return [...empty, ...early];
    });
  });
}

export function callsOf(step: Step): readonly Call[] {
  return step.kind === undefined || step.kind.$case === "work" ? [] : step.kind.value.calls;
}
