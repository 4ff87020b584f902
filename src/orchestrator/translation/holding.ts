import { meanMs } from "./distributions.ts";
import type { Visit, VisitCall } from "./visits.ts";

/**
 * How long each visit holds its slot where nothing waits anywhere, on average, in milliseconds: its own work, and
 * the synchronous calls that it waits for. A lower bound: of calls in parallel it takes the longest mean, and a cycle
 * counts once.
 */
export function holdingMs(visits: readonly Visit[]): Float64Array {
  const held = new Float64Array(visits.length);
  const state = new Uint8Array(visits.length); // 0 new, 1 on the way, 2 done
  for (let start = 0; start < visits.length; start += 1) {
    const stack = [start];
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      const visit = visits[at];
      const first = state[at] === 0;
      state[at] = 1;
      const waiting = first
        ? (visit?.calls ?? []).filter((call) => waited(call) && state[call.to] === 0)
        : [];
      if (waiting.length > 0) {
        for (const call of waiting) stack.push(call.to);
        continue;
      }
      if (visit !== undefined) held[at] = workMs(visit) + callsMs(visit, held);
      state[at] = 2;
      stack.pop();
    }
  }
  return held;
}

function waited(call: VisitCall): boolean {
  return !call.link.async && call.step >= 0;
}

/** Mean own work of a visit, in milliseconds. */
export function workMs(visit: Visit): number {
  return visit.operation.steps.reduce(
    (sum, step) => sum + (step.kind?.$case === "work" ? meanMs(step.kind.value) : 0),
    0,
  );
}

/** Calls stand in the order of their steps. Of a choice the mean, of calls in parallel the longest mean. */
function callsMs(visit: Visit, held: Float64Array): number {
  let sum = 0;
  let step = -1;
  let longest = 0;
  for (const call of visit.calls) {
    if (!waited(call)) continue;
    if (call.step !== step) {
      sum += longest;
      longest = 0;
      step = call.step;
    }
    const ms = call.expected * onceMs(call, held);
    longest = visit.operation.steps[step]?.kind?.$case === "oneOf" ? longest + ms : Math.max(longest, ms);
  }
  return sum + longest;
}

function onceMs(call: VisitCall, held: Float64Array): number {
  const ms = 2 * meanMs(call.link.latency) + (held[call.to] ?? 0);
  return call.link.timeoutMs > 0 ? Math.min(ms, call.link.timeoutMs) : ms;
}
