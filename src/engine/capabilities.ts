import type { Capabilities } from "../gen/architech/engine/v1/engine.ts";
import type { Limits } from "./limits.ts";
import { distributions, faultKinds, features } from "./model/features.ts";
import { contractVersions, engineName, engineVersion } from "./version.ts";

/** Stations of one config, at most; problemsOf refuses more. */
const maxStations = 2_000;

export function capabilitiesOf(limits: Limits, engineInstanceId: string, runningRuns: number): Capabilities {
  return {
    engineName,
    engineVersion,
    contractVersions: [...contractVersions],
    maxConcurrentRuns: limits.capacity,
    maxStations,
    deterministic: true,
    liveFaults: true,
    distributions: [...distributions],
    faultKinds: [...faultKinds],
    features: [...features],
    engineInstanceId,
    runningRuns,
    windowEvents: limits.windowEvents,
  };
}
