import type { Closed, Open, Source, Stage, Trace } from "../../../gen/architech/engine/v1/engine.ts";
import { checkDist } from "./dists.ts";
import type { Lookup } from "./lookup.ts";
import { LENGTH, type Problems, TIME } from "./problems.ts";

const MAX_USERS = 1_000_000;
const MAX_STAGES = 10_000;
const MAX_TRACE = 1_000_000;
const RATE = { min: 0, max: 1e9 };
const PROCESSES = ["poisson", "constant", "mmpp2"];

export function checkSource(problems: Problems, path: string, source: Source, lookup: Lookup): void {
  const link = lookup.links.get(source.targetLink);
  if (link === undefined) {
    problems.reference(`${path}.target_link`, `There is no link "${source.targetLink}".`);
  } else if (link.from !== source.id) {
    problems.reference(
      `${path}.target_link`,
      `"${link.id}" leads from "${link.from}", not from "${source.id}".`,
    );
  } else if (link.async) {
    problems.range(`${path}.target_link`, "A source waits for its answers: its link is not async.");
  }
  checkMix(problems, path, source);
  problems.number(`${path}.priority`, source.priority, { min: -(2 ** 31), max: 2 ** 31 - 1, whole: true });
  switch (source.kind?.$case) {
    case undefined:
      problems.required(path, "A source is open, closed or a trace.");
      return;
    case "open":
      checkOpen(problems, `${path}.open`, source.kind.value);
      return;
    case "closed":
      checkClosed(problems, `${path}.closed`, source.kind.value);
      return;
    case "trace":
      checkTrace(problems, `${path}.trace`, source.kind.value);
  }
}

function checkMix(problems: Problems, path: string, { mix }: Source): void {
  if (mix.length === 0) return;
  let sum = 0;
  for (const [i, { weight }] of mix.entries()) {
    if (problems.number(`${path}.mix[${i}].weight`, weight, { min: 0, max: 1e12 })) sum += weight;
  }
  if (sum === 0) problems.range(`${path}.mix`, "The weights add up to 0.");
}

function checkOpen(problems: Problems, path: string, open: Open): void {
  if (open.process === "") problems.required(`${path}.process`, "A process is needed.");
  else if (!PROCESSES.includes(open.process))
    problems.range(`${path}.process`, `${open.process} is no process.`);
  else problems.feature(`source.open.${open.process}`, `${path}.process`);
  problems.number(`${path}.start_per_sec`, open.startPerSec, RATE);
  problems.number(`${path}.burstiness`, open.burstiness, { min: 0, max: 1e6 });
  checkStages(problems, `${path}.stages`, open.stages, RATE);
}

function checkClosed(problems: Problems, path: string, closed: Closed): void {
  const users = { min: 0, max: MAX_USERS };
  problems.number(`${path}.start_users`, closed.startUsers, { ...users, whole: true });
  if (closed.think !== undefined) checkDist(problems, `${path}.think`, closed.think);
  checkStages(problems, `${path}.users`, closed.users, users);
}

function checkStages(
  problems: Problems,
  path: string,
  stages: readonly Stage[],
  target: { min: number; max: number },
): void {
  if (stages.length > MAX_STAGES) problems.range(path, `More than ${MAX_STAGES} stages.`);
  for (const [i, stage] of stages.entries()) {
    problems.number(`${path}[${i}].duration_ms`, stage.durationMs, TIME);
    problems.number(`${path}[${i}].target`, stage.target, target);
  }
}

function checkTrace(problems: Problems, path: string, trace: Trace): void {
  problems.number(`${path}.step_ms`, trace.stepMs, LENGTH);
  if (trace.perSec.length === 0) problems.required(`${path}.per_sec`, "A trace has at least one step.");
  if (trace.perSec.length > MAX_TRACE) problems.range(`${path}.per_sec`, `More than ${MAX_TRACE} steps.`);
  for (const [i, perSec] of trace.perSec.entries()) problems.number(`${path}.per_sec[${i}]`, perSec, RATE);
}
