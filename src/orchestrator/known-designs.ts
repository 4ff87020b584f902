// What documents come to, so that a design that many start is looked at once. By the very object that the source
// gave: what it reads anew is another object, and what is known of a document goes with it.
import { type ParsedDesign, parseDesign } from "../core/design/parse.ts";
import type { Overrides } from "./translation/control.ts";
import { reseeded, type Translation, translate } from "./translation/translate.ts";

/** Durations for which a design's translation is kept; of more, the oldest is made again. */
const durations = 2;

interface Known {
  readonly parsed: ParsedDesign;
  /** By the duration; null: the design's own. */
  readonly translations: Map<number | null, Translation>;
}

export class KnownDesigns {
  readonly #known = new WeakMap<object, Known>();

  /** As `parseDesign` has it. Of one document always the same. */
  parse(document: unknown): ParsedDesign {
    return this.#of(document).parsed;
  }

  /** As `translate` has it, of a document that is a design. */
  translate(document: unknown, { seed, durationMs }: Overrides): ReturnType<typeof translate> {
    const { parsed, translations } = this.#of(document);
    if ("problems" in parsed) return parsed;
    const duration = durationMs ?? null;
    const before = translations.get(duration);
    const again = before === undefined ? null : reseeded(before, seed);
    if (again !== null) return again;
    const translation = translate(parsed.design, {
      seed,
      ...(durationMs === undefined ? {} : { durationMs }),
    });
    if ("problems" in translation) return translation;
    translations.set(duration, translation);
    const [oldest] = translations.keys();
    if (translations.size > durations && oldest !== undefined) translations.delete(oldest);
    return translation;
  }

  #of(document: unknown): Known {
    if (typeof document !== "object" || document === null) {
      return { parsed: parseDesign(document), translations: new Map() };
    }
    const known = this.#known.get(document) ?? { parsed: parseDesign(document), translations: new Map() };
    this.#known.set(document, known);
    return known;
  }
}
