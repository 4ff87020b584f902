import {
  Balance,
  type Call,
  type Operation,
  type Station,
  type Step,
} from "../../../gen/architech/engine/v1/engine.ts";
import { callsOf } from "../compile.ts";
import { checkBalance } from "./balances.ts";
import { checkDist } from "./dists.ts";
import type { Lookup } from "./lookup.ts";
import { type Problems, RATIO } from "./problems.ts";

const MAX_COUNT = 10_000;
/** Links whose misses one operation may ask for: one bit each. */
const MAX_MISS_LINKS = 31;

export function checkOperations(problems: Problems, path: string, station: Station, lookup: Lookup): void {
  const names = new Set<string>();
  for (const [i, operation] of station.operations.entries()) {
    const at = `${path}.operations[${i}]`;
    const name = operation.name === "" ? "default" : operation.name;
    if (names.has(name)) problems.reference(`${at}.name`, `The operation "${name}" is there twice.`);
    names.add(name);
    problems.number(`${at}.error_ratio`, operation.errorRatio, RATIO);
    checkSteps(problems, at, station, operation, lookup);
  }
}

function checkSteps(
  problems: Problems,
  path: string,
  station: Station,
  operation: Operation,
  lookup: Lookup,
): void {
  const called = new Set<string>();
  const asked = new Set<string>();
  for (const [i, step] of operation.steps.entries()) {
    const at = `${path}.steps[${i}]`;
    checkKind(problems, at, step);
    const inside = step.kind?.$case === "oneOf" ? `${at}.one_of` : `${at}.calls`;
    const calls = callsOf(step);
    for (const [k, call] of calls.entries()) {
      checkCall(problems, `${inside}.calls[${k}]`, call, station, lookup, called);
      if (call.onlyOnMissOf !== "") asked.add(call.onlyOnMissOf);
    }
    for (const call of calls) called.add(call.link);
  }
  if (asked.size > MAX_MISS_LINKS) {
    problems.range(path, `Calls ask for the misses of more than ${MAX_MISS_LINKS} links.`);
  }
}

function checkKind(problems: Problems, path: string, { kind }: Step): void {
  switch (kind?.$case) {
    case undefined:
      problems.required(path, "A step works or calls.");
      return;
    case "work":
      checkDist(problems, `${path}.work`, kind.value);
      return;
    case "calls":
      if (kind.value.calls.length === 0) problems.required(`${path}.calls`, "At least one call is needed.");
      return;
    case "oneOf":
      if (kind.value.calls.length === 0) problems.required(`${path}.one_of`, "At least one call is needed.");
      if (kind.value.balance === Balance.BALANCE_CENTRAL_QUEUE) {
        problems.range(`${path}.one_of.balance`, "A choice between links has no central queue.");
      } else {
        checkBalance(problems, `${path}.one_of.balance`, kind.value.balance);
      }
  }
}

/** `called`: the links called in earlier steps of the same operation. */
function checkCall(
  problems: Problems,
  path: string,
  call: Call,
  station: Station,
  lookup: Lookup,
  called: ReadonlySet<string>,
): void {
  const link = lookup.links.get(call.link);
  if (link === undefined) {
    problems.reference(`${path}.link`, `There is no link "${call.link}".`);
  } else if (link.from !== station.id) {
    problems.reference(`${path}.link`, `"${call.link}" leads from "${link.from}", not from "${station.id}".`);
  }
  if (station.broker !== undefined) {
    problems.range(path, "The links of a broker are its consumer groups: it does not call over them itself.");
  }
  problems.number(`${path}.probability`, call.probability, RATIO);
  problems.number(`${path}.count`, call.count, { min: 0, max: MAX_COUNT });
  if (call.onlyOnOwnMiss && station.cache === undefined) {
    problems.reference(`${path}.only_on_own_miss`, `"${station.id}" has no cache to miss.`);
  }
  if (call.onlyOnMissOf === "") return;
  const asked = lookup.links.get(call.onlyOnMissOf);
  const at = `${path}.only_on_miss_of`;
  if (asked === undefined || !called.has(call.onlyOnMissOf)) {
    problems.reference(at, `No earlier step of this operation calls over "${call.onlyOnMissOf}".`);
  } else if (lookup.stations.get(asked.to)?.cache === undefined) {
    problems.reference(at, `"${asked.to}" has no cache to miss.`);
  } else if (asked.async) {
    problems.reference(at, `The result of "${call.onlyOnMissOf}" is not seen: it is async.`);
  }
}
