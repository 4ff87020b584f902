// From a design's id to what a simulation runs: fetched, checked, translated, and known to be within what the
// engines model.
import type { DesignSource } from "../core/ports/designs.ts";
import type { EngineConfig } from "../core/ports/store.ts";
import type { EngineWatch } from "./engine-watch.ts";
import { KnownDesigns } from "./known-designs.ts";
import type { Translation } from "./translation/translate.ts";

export interface Wanted {
  readonly designId: string;
  /** Null: the design's, or one drawn now. */
  readonly seed: number | null;
  /** Simulated s. */
  readonly duration: number | null;
}

export interface Prepared {
  readonly kind: "ready";
  readonly revision: number;
  readonly name: string;
  readonly document: unknown;
  readonly engineConfig: EngineConfig;
  readonly seed: number;
  /** Simulated s. */
  readonly duration: number;
}

export interface Problem {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

export type Preparation =
  | Prepared
  | { readonly kind: "not-found" }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] }
  /** Ask again later. */
  | { readonly kind: "unavailable"; readonly reason: string };

export interface PrepareOptions {
  readonly authorization?: string | undefined;
  /** For whom: where there is no authorization of theirs, the Design Service is told. */
  readonly userId: string;
  readonly signal: AbortSignal;
}

export class DesignPreparation {
  readonly #designs: DesignSource;
  readonly #engines: EngineWatch;
  readonly #known = new KnownDesigns();

  constructor(designs: DesignSource, engines: EngineWatch) {
    this.#designs = designs;
    this.#engines = engines;
  }

  /** Never throws. */
  async prepare(wanted: Wanted, options: PrepareOptions): Promise<Preparation> {
    const { authorization, userId, signal } = options;
    const fetched = await this.#designs.fetch(wanted.designId, {
      signal,
      userId,
      ...(authorization === undefined ? {} : { authorization }),
    });
    if (fetched.kind !== "found") return fetched;

    const { revision, name, document } = fetched.design;
    const parsed = this.#known.parse(document);
    if ("problems" in parsed) return { kind: "invalid", problems: parsed.problems };

    const seed = wanted.seed ?? parsed.design.run?.seed ?? drawSeed();
    const translation = this.#known.translate(document, {
      seed,
      ...(wanted.duration === null ? {} : { durationMs: wanted.duration * 1000 }),
    });
    if ("problems" in translation) return { kind: "invalid", problems: translation.problems };

    const lacking = this.#lacking(translation.features);
    if (lacking.length > 0) return { kind: "invalid", problems: lacking };

    const duration = (translation.config.control?.horizonMs ?? 0) / 1000;
    return {
      kind: "ready",
      revision,
      name,
      document,
      engineConfig: engineConfigOf(translation),
      seed,
      duration,
    };
  }

  // Refused only when every engine that answers lacks it; where none answers, the engine itself will say.
  #lacking(features: readonly string[]): readonly Problem[] {
    const engines = this.#engines.available();
    if (engines.length === 0) return [];
    const missing = engines.map(({ capabilities }) => {
      const has = new Set(capabilities.features);
      return features.filter((feature) => !has.has(feature));
    });
    const fewest = missing.reduce((least, some) => (some.length < least.length ? some : least));
    return fewest.map((feature) => ({
      code: "UNSUPPORTED",
      path: "",
      message: `The design needs "${feature}", which no engine here models. Take it out, or connect an engine that models it.`,
    }));
  }
}

/** Of one translation always the same object: whoever stores it knows it again. */
const engineConfigs = new WeakMap<Translation, EngineConfig>();

function engineConfigOf(translation: Translation): EngineConfig {
  const engineConfig = engineConfigs.get(translation) ?? madeOf(translation);
  engineConfigs.set(translation, engineConfig);
  return engineConfig;
}

function madeOf(translation: Translation): EngineConfig {
  const { config, encoded, digest, assumptions, warnings, features } = translation;
  return {
    encoded,
    digest,
    stations: config.stations.map(({ id }) => id),
    assumptions: assumptions.map(({ path, value, text }) => ({ path, value, text })),
    warnings: warnings.map(({ code, path, message }) => ({ code, path, message })),
    features,
  };
}

/** A seed that fits GraphQL's Int. */
function drawSeed(): number {
  return 1 + Math.floor(Math.random() * (2 ** 31 - 2));
}
