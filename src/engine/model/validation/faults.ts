import type { Fault } from "../../../gen/architech/engine/v1/engine.ts";
import { faultKinds } from "../features.ts";
import type { Lookup } from "./lookup.ts";
import { type Bounds, COUNT, type Problems, RATIO, TIME } from "./problems.ts";

const FACTOR: Bounds = { min: 0, max: 1e6 };
const MAX_REPLICAS = 10_000;

type Kind = "station" | "link" | "source" | "zone";

/** What each kind may hit, and what its amount may be; none: it has no amount. */
const KINDS: Record<string, { targets: readonly Kind[]; amount?: Bounds }> = {
  kill: { targets: ["station", "zone"] },
  pause: { targets: ["station", "zone"] },
  slow: { targets: ["station", "zone"], amount: FACTOR },
  latency: { targets: ["link"], amount: TIME },
  loss: { targets: ["link"], amount: RATIO },
  partition: { targets: ["link", "zone"] },
  error: { targets: ["station", "zone", "link"], amount: RATIO },
  "fail-first": { targets: ["station", "zone", "link"], amount: { ...COUNT, min: 1 } },
  "cache-flush": { targets: ["station", "zone"] },
  "queue-block": { targets: ["station", "zone"] },
  traffic: { targets: ["source"], amount: FACTOR },
  scale: { targets: ["station", "zone"], amount: { min: 0, max: MAX_REPLICAS, whole: true } },
};

/** A fault that this engine has, with a target that there is and that it can hit. */
export function checkFault(problems: Problems, path: string, fault: Fault, lookup: Lookup): void {
  if (fault.id === "") problems.required(`${path}.id`, "An id is needed.");
  problems.number(`${path}.at_ms`, fault.atMs, TIME);
  problems.number(`${path}.duration_ms`, fault.durationMs, TIME);
  problems.number(`${path}.replicas`, fault.replicas, COUNT);
  const kind = KINDS[fault.kind];
  if (fault.kind === "") {
    problems.required(`${path}.kind`, "A kind is needed.");
  } else if (kind === undefined || !faultKinds.includes(fault.kind)) {
    problems.unsupported(`${path}.kind`, `This engine does not model the fault "${fault.kind}".`);
  } else {
    problems.number(`${path}.amount`, fault.amount, kind.amount ?? {});
    checkTarget(problems, path, fault, kind.targets, lookup);
  }
}

function checkTarget(
  problems: Problems,
  path: string,
  { kind, target, otherTarget }: Fault,
  targets: readonly Kind[],
  lookup: Lookup,
): void {
  const is: Record<Kind, boolean> = {
    station: lookup.stations.has(target),
    link: lookup.links.has(target),
    source: lookup.sources.has(target),
    zone: lookup.zones.has(target),
  };
  if (!targets.some((wanted) => is[wanted])) {
    problems.reference(`${path}.target`, `"${target}" is no ${targets.join(" or ")} that "${kind}" can hit.`);
  }
  if (otherTarget !== "" && !(kind === "partition" && lookup.zones.has(otherTarget))) {
    problems.reference(`${path}.other_target`, `"${otherTarget}" is no zone to part from.`);
  }
  const link = lookup.links.get(target);
  if ((kind === "loss" || kind === "partition") && link?.timeoutMs === 0 && !link.async) {
    problems.warning(
      "RANGE",
      `${path}.target`,
      "Without a timeout, a caller whose message is lost waits for ever.",
    );
  }
  if (kind === "queue-block" && is.station && lookup.stations.get(target)?.broker === undefined) {
    problems.reference(`${path}.target`, `"${target}" is no broker.`);
  }
  if (kind === "cache-flush" && is.station && lookup.stations.get(target)?.cache === undefined) {
    problems.reference(`${path}.target`, `"${target}" has no cache.`);
  }
}
