import type { ConfigProblem, SimulationConfig } from "../../gen/architech/engine/v1/engine.ts";
import { checkControl } from "./validation/control.ts";
import { checkLink } from "./validation/links.ts";
import { lookUp, MAX_LINKS, MAX_SOURCES, MAX_STATIONS } from "./validation/lookup.ts";
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
  for (const [i, fault] of config.faults.entries()) {
    problems.feature(`fault.${fault.kind}`, `faults[${i}].kind`);
  }
  if (!problems.errors) checkTraffic(problems, config, lookup);
  return problems.found;
}
