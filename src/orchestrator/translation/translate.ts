import { createHash } from "node:crypto";
import type { Design } from "../../core/design/design.ts";
import { MAX_LINKS, MAX_STATIONS } from "../../core/design/limits.ts";
import { bounded, type DesignProblem, echo, problem } from "../../core/design/problem.ts";
import { SimulationConfig } from "../../gen/architech/engine/v1/engine.ts";
import { type Assumption, noteOwnAssumptions } from "./assumptions.ts";
import { controlOf, type Overrides, overrideProblems } from "./control.ts";
import { endlessCycle } from "./cycles.ts";
import { type Draft, draftOf } from "./draft.ts";
import { faultsOf } from "./faults.ts";
import { featuresOf } from "./features.ts";
import { linksOf } from "./links.ts";
import { type Offered, type OfferedLoad, offeredLoad } from "./offered-load.ts";
import { entriesOf, sourcesOf } from "./sources.ts";
import { stationsOf } from "./stations.ts";
import { MAX_CALLS_PER_REQUEST } from "./traffic.ts";
import { MAX_VISITS, visitsOf } from "./visits.ts";
import { warningsOf } from "./warnings.ts";

export type Translation = {
  /** Station.id is the node's id, Link.id the edge's, Source.id the client's; see `entriesOf` for several workloads. */
  readonly config: SimulationConfig;
  /** The config as the engine is sent it. */
  readonly encoded: Uint8Array;
  /** SHA-256 of the encoded config. The same for two designs that differ in drawing, words or order of nodes only. */
  readonly digest: Uint8Array;
  readonly assumptions: readonly Assumption[];
  /** At most MAX_PROBLEMS. */
  readonly warnings: readonly DesignProblem[];
  /** Model features that an engine needs to run the config, by the names in features.ts. */
  readonly features: readonly string[];
  /** What each station is offered at the peak. */
  readonly offered: readonly OfferedLoad[];
};

/** Engine events that one call costs, about: arrival, end of work, reply, timer. */
const EVENTS_PER_CALL = 4;
/** Engine events of one run at most, where the design does not say. */
const MAX_EVENTS = 1_000_000_000;
/** Metrics samples of one run at most. */
const MAX_SAMPLES = 100_000;

/**
 * The engine config of a design that `parseDesign` accepted; a pure function of its arguments. Gives problems
 * (errors) for a design that has the right shape but could not be run: calls without end, a run too large.
 */
export function translate(
  design: Design,
  overrides: Overrides,
): Translation | { readonly problems: readonly DesignProblem[] } {
  const refused = overrideProblems(overrides);
  if (refused.length > 0) return { problems: refused };
  const draft = draftOf(design);
  noteOwnAssumptions(design, draft.book);
  const entries = entriesOf(draft);
  const control = controlOf(draft, overrides);
  const { stations, problems } = stationsOf(draft);
  const { faults, warnings } = faultsOf(draft, entries, control.horizonMs);
  const config: SimulationConfig = {
    version: 1,
    stations,
    links: linksOf(draft, entries),
    sources: sourcesOf(entries, draft),
    faults,
    control,
    zones: design.nodes
      .filter((node) => node.type === "zone")
      .map((node) => node.id)
      .sort(),
  };
  problems.push(...sizeProblems(config));
  if (problems.length > 0) return { problems: bounded(problems) };
  const checked = loadOf(config, draft);
  if ("problems" in checked) return checked;
  return {
    config,
    ...encodedOf(config),
    assumptions: draft.book.list,
    warnings: bounded([...warnings, ...warningsOf(draft, config, checked)]),
    features: featuresOf(config),
    offered: checked.loads,
  };
}

/** The same with another seed, which nothing else depends on. */
export function reseeded(translation: Translation, seed: number): Translation | null {
  const { control } = translation.config;
  if (control === undefined || overrideProblems({ seed }).length > 0) return null;
  if (control.seed === seed) return translation;
  const config = { ...translation.config, control: { ...control, seed } };
  return { ...translation, config, ...encodedOf(config) };
}

/** SHA-256 of the config as the engine is sent it. */
export function digestOf(config: SimulationConfig): Uint8Array {
  return encodedOf(config).digest;
}

function encodedOf(config: SimulationConfig): Pick<Translation, "encoded" | "digest"> {
  const encoded = SimulationConfig.encode(config).finish();
  return { encoded, digest: createHash("sha256").update(encoded).digest() };
}

function sizeProblems(config: SimulationConfig): DesignProblem[] {
  const problems: DesignProblem[] = [];
  if (config.stations.length > MAX_STATIONS)
    problems.push(problem("E-LIMITS", "nodes", `Give at most ${MAX_STATIONS} nodes that serve requests.`));
  if (config.links.length > MAX_LINKS)
    problems.push(
      problem(
        "E-LIMITS",
        "edges",
        `Give fewer edges or workloads: they make ${config.links.length} links, and ${MAX_LINKS} are allowed.`,
      ),
    );
  const { horizonMs = 0, sampleIntervalMs = 1 } = config.control ?? {};
  if (horizonMs / sampleIntervalMs > MAX_SAMPLES)
    problems.push(
      problem(
        "E-LIMITS",
        "run.sampleIntervalMs",
        `Sample less often: at most ${MAX_SAMPLES} samples in a run.`,
      ),
    );
  const ids = new Set([...config.stations, ...config.links, ...config.sources].map((it) => it.id));
  if (ids.size < config.stations.length + config.links.length + config.sources.length)
    problems.push(
      problem(
        "E-ID-DUP",
        "workloads",
        "Choose other ids: one equals node@workload or edge@workload of a client with several workloads.",
      ),
    );
  return problems;
}

/** E-SYNC-CYCLE, E-CALLS, E-LIMITS: follows the requests through the config. */
function loadOf(
  config: SimulationConfig,
  draft: Draft,
): Offered | { readonly problems: readonly DesignProblem[] } {
  const visits = visitsOf(config);
  if (visits === undefined)
    return refuse(
      "E-LIMITS",
      "nodes",
      `Name fewer operations: nodes × operations are more than ${MAX_VISITS}.`,
    );
  const cycle = endlessCycle(visits.visits);
  if (cycle !== undefined) {
    const path = `edges[${draft.graph.edges.get(cycle[0] ?? "")?.index ?? 0}]`;
    const shown = cycle.slice(0, 5).map(echo).join(", ");
    return refuse(
      "E-SYNC-CYCLE",
      path,
      `Break the cycle of calls ${shown}, or give one a probability below 1: no request ever ends.`,
    );
  }
  const offered = offeredLoad(config, visits);
  if (offered === undefined)
    return refuse(
      "E-CALLS",
      "edges",
      `Call less: one request leads to more than ${MAX_CALLS_PER_REQUEST} calls, or the calls hardly end.`,
    );
  const events = offered.requests * offered.callsPerRequest * EVENTS_PER_CALL;
  const limit = config.control?.maxEvents || MAX_EVENTS;
  if (events > limit)
    return refuse(
      "E-LIMITS",
      "run",
      `Make the run shorter or its load less: it needs about ${events.toExponential(1)} engine events, and ${limit.toExponential(1)} are allowed.`,
    );
  return offered;
}

function refuse(code: "E-LIMITS" | "E-SYNC-CYCLE" | "E-CALLS", path: string, message: string) {
  return { problems: [problem(code, path, message)] };
}
