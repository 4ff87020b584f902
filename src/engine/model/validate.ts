import type { ConfigProblem, Fault, SimulationConfig } from "../../gen/architech/engine/v1/engine.ts";
import { checkControl } from "./validation/control.ts";
import { checkFault } from "./validation/faults.ts";
import { checkLink } from "./validation/links.ts";
import { type Lookup, lookUp, MAX_LINKS, MAX_SOURCES, MAX_STATIONS } from "./validation/lookup.ts";
import { Problems } from "./validation/problems.ts";
import { checkSource } from "./validation/sources.ts";
import { checkStation } from "./validation/stations.ts";
import { checkTraffic } from "./validation/traffic.ts";

/**
 * What is wrong with a config. Errors (`warning` false) refuse it: RANGE, REFERENCE, REQUIRED, and UNSUPPORTED for
 * what this engine does not model; no field is silently passed over. A config without errors runs.
 */
export function problemsOf(config: SimulationConfig): ConfigProblem[] {
  const problems = new Problems();
  if (config.version !== 1) problems.range("version", `Version ${config.version} is not 1.`);
  checkControl(problems, config.control);
  const lookup = lookUp(problems, config);
  const { stations, links, sources } = config;
  for (const [i, station] of stations.slice(0, MAX_STATIONS).entries()) {
    checkStation(problems, `stations[${i}]`, station, lookup);
  }
  for (const [i, link] of links.slice(0, MAX_LINKS).entries()) {
    checkLink(problems, `links[${i}]`, link, lookup);
  }
  for (const [i, source] of sources.slice(0, MAX_SOURCES).entries()) {
    checkSource(problems, `sources[${i}]`, source, lookup);
  }
  checkFaults(problems, config, lookup);
  if (!problems.errors) checkTraffic(problems, config, lookup);
  return problems.found;
}

/** What is wrong with a fault that is to act on a running simulation; its at_ms is ignored. */
export function faultProblems(config: SimulationConfig, fault: Fault): ConfigProblem[] {
  const problems = new Problems();
  checkFault(problems, "fault", { ...fault, atMs: 0 }, lookUp(new Problems(), config));
  return problems.found;
}

const MAX_FAULTS = 10_000;

function checkFaults(problems: Problems, { faults, control }: SimulationConfig, lookup: Lookup): void {
  if (faults.length > MAX_FAULTS)
    problems.range("faults", `${faults.length} faults are more than ${MAX_FAULTS}.`);
  const ids = new Set<string>();
  for (const [i, fault] of faults.slice(0, MAX_FAULTS).entries()) {
    checkFault(problems, `faults[${i}]`, fault, lookup);
    if (control !== undefined && fault.atMs >= control.horizonMs) {
      problems.range(`faults[${i}].at_ms`, "The run is over by then.");
    }
    if (ids.has(fault.id)) problems.reference(`faults[${i}].id`, `"${fault.id}" is taken.`);
    ids.add(fault.id);
  }
}
