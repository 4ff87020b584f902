import type { Visit, VisitCall } from "./visits.ts";

/**
 * A cycle of calls that every request goes round, as the ids of its links; undefined where there is none. It would
 * never end, whatever the times. Follows certain calls only, without recursion.
 */
export function endlessCycle(visits: readonly Visit[]): string[] | undefined {
  const done = new Set<number>();
  for (let start = 0; start < visits.length; start += 1) {
    if (done.has(start)) continue;
    const path: { visit: number; calls: readonly VisitCall[]; next: number }[] = [frame(start, visits)];
    const onPath = new Map([[start, 0]]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const call = top.calls[top.next];
      top.next += 1;
      if (call === undefined) {
        done.add(top.visit);
        onPath.delete(top.visit);
        path.pop();
        continue;
      }
      const begun = onPath.get(call.to);
      if (begun !== undefined) return path.slice(begun).map((it) => it.calls[it.next - 1]?.link.id ?? "");
      if (done.has(call.to)) continue;
      onPath.set(call.to, path.length);
      path.push(frame(call.to, visits));
    }
  }
  return undefined;
}

function frame(visit: number, visits: readonly Visit[]) {
  return { visit, calls: (visits[visit]?.calls ?? []).filter((call) => call.certain), next: 0 };
}
