import type { Capabilities } from "../gen/architech/engine/v1/engine.ts";
import type { Limits } from "./limits.ts";
import { distributions, faultKinds, features } from "./model/features.ts";
import { MAX_STATIONS } from "./model/validation/lookup.ts";
import { contractVersions, engineName, engineVersion } from "./version.ts";

export function capabilitiesOf(limits: Limits, engineInstanceId: string, runningRuns: number): Capabilities {
  return {
    engineName,
    engineVersion,
    contractVersions: [...contractVersions],
    maxConcurrentRuns: limits.capacity,
    maxStations: MAX_STATIONS,
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
