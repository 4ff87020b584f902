/**
 * Name and version of this engine. A replay is only trusted between equal versions: raise the version with
 * every change that alters a numbered event of any config, however small.
 */
export const engineName = "reference";
export const engineVersion = "1.0.0";

/** Package versions of the contract that this engine serves. */
export const contractVersions: readonly string[] = ["architech.engine.v1"];
