// How large an operation is, told before it is validated. Linear in the document: each fragment is measured once,
// however often it is spread, and numbers saturate. So a chain of fragments that doubles at each link, which would
// hang a server that spreads them out, is measured and refused like anything else.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { rootsOf } from "./cost.ts";
import type { LimitName, ServerLimits } from "./limits.ts";
import { itemsOf, lengthOfList, weightOf } from "./page-sizes.ts";

interface Size {
  readonly depth: number;
  /** Below `__schema` and `__type`. */
  readonly introspectionDepth: number;
  /** Fields of the selection itself, by their cost, with fragments spread out. */
  readonly roots: number;
  /** With fragments spread out. */
  readonly fields: number;
  /** Items of lists, pages within pages multiplied. */
  readonly items: number;
  /** Values in the answer, about: what they cost to read, resolve and write. */
  readonly values: number;
}

const empty: Size = { depth: 0, introspectionDepth: 0, roots: 0, fields: 0, items: 0, values: 0 };
/** Where numbers saturate: far above every limit, far below where they stop being exact. */
const plenty = 1_000_000_000;

/** What a field below these stands for: of a hundred types, each in some lists, or of one. */
const valuesOfSchema = { __schema: 200, __type: 10 } as const;

type Variables = Readonly<Record<string, unknown>>;

/** What one operation is measured by. */
export type Measure = Extract<LimitName, keyof typeof advice>;
export type Measures = Readonly<Record<Measure | "roots", number>>;

/** Of a document with several operations: of every measure the greatest. */
export function measured(document: DocumentNode, variables: Variables): Measures {
  const measuring = new Measuring(document, variables);
  const size = measuring.largest();
  const { aliases, aliasCharacters, directives, spreads, uses } = measuring;
  return { ...size, aliases, aliasCharacters, directives, spreads, uses };
}

/** Undefined: within all limits. */
export function exceededMeasure(measures: Measures, limits: ServerLimits): Measure | undefined {
  return order.find((one) => measures[one] > limits[one]);
}

/** Says what to change; the limit's number is in the message. */
export function sizeError(measure: Measure, limits: ServerLimits): GraphQLError {
  const maximum = limits[measure];
  const message = `The operation is too large. ${advice[measure].replace("%d", String(maximum))}`;
  return new GraphQLError(message, { extensions: { code: "LIMIT_EXCEEDED", limit: measure, maximum } });
}

const advice = {
  depth: "Nest its fields at most %d deep.",
  introspectionDepth: "Nest the query of the schema at most %d deep.",
  fields: "Let it have at most %d fields, fragments spread out.",
  items: "Let it ask for at most %d items in all: take smaller pages.",
  values: "Let its answer have about %d values at most: take smaller pages, or fewer fields of lists.",
  aliases: "Let it have at most %d aliases.",
  aliasCharacters: "Let an alias have at most %d characters.",
  directives: "Let it have at most %d directives.",
  spreads: "Let it spread at most %d fragments.",
  uses: "Let it select a field of one name at most %d times.",
} as const;

/** Which is told first where several are exceeded. */
const order: readonly Measure[] = [
  "depth",
  "introspectionDepth",
  "fields",
  "items",
  "values",
  "aliases",
  "aliasCharacters",
  "directives",
  "spreads",
  "uses",
];

class Measuring {
  aliases = 0;
  /** Of the longest one. */
  aliasCharacters = 0;
  directives = 0;
  spreads = 0;
  readonly #usesByName = new Map<string, number>();
  readonly #document: DocumentNode;
  readonly #variables: Variables;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #sizes = new Map<string, Size>();

  constructor(document: DocumentNode, variables: Variables) {
    this.#document = document;
    this.#variables = variables;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  /** Of the name that is used most. */
  get uses(): number {
    return Math.max(0, ...this.#usesByName.values());
  }

  /** Of every measure the greatest that an operation of the document has. */
  largest(): Size {
    let size = empty;
    for (const definition of this.#document.definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) {
        this.#countDirectives(definition.directives);
        size = greater(size, this.#selections(definition.selectionSet));
      } else if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        // For what it counts only: its size is part of the operation that spreads it.
        this.#fragment(definition.name.value);
      }
    }
    return size;
  }

  #selections(set: SelectionSetNode | undefined): Size {
    let size = empty;
    for (const selection of set?.selections ?? []) size = sum(size, this.#selection(selection));
    return size;
  }

  #selection(selection: SelectionNode): Size {
    this.#countDirectives(selection.directives);
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#field(selection);
      case Kind.INLINE_FRAGMENT:
        return this.#selections(selection.selectionSet);
      case Kind.FRAGMENT_SPREAD:
        this.spreads++;
        return this.#fragment(selection.name.value);
    }
  }

  #field(field: FieldNode): Size {
    if (field.alias !== undefined) {
      this.aliases++;
      this.aliasCharacters = Math.max(this.aliasCharacters, field.alias.value.length);
    }
    const name = field.name.value;
    this.#usesByName.set(name, (this.#usesByName.get(name) ?? 0) + 1);
    const inner = this.#selections(field.selectionSet);
    if (name === "__schema" || name === "__type") {
      const introspectionDepth = Math.max(inner.introspectionDepth, inner.depth + 1);
      const values = Math.min(plenty, inner.fields * valuesOfSchema[name]);
      return { depth: 1, introspectionDepth, roots: 1, fields: 1 + inner.fields, items: 0, values };
    }
    const items = itemsOf(field, this.#variables);
    const values = field.selectionSet === undefined ? 1 : inner.values;
    return {
      depth: inner.depth + 1,
      introspectionDepth: inner.introspectionDepth,
      roots: rootsOf(name),
      fields: Math.min(plenty, 1 + inner.fields),
      items: Math.min(plenty, items === undefined ? inner.items : items * (1 + inner.items)),
      values: Math.min(plenty, weightOf(name) + values * (items ?? lengthOfList(name))),
    };
  }

  #fragment(name: string): Size {
    const known = this.#sizes.get(name);
    if (known !== undefined) return known;
    // While it is measured it counts as empty: a cycle ends here, and validation refuses it.
    this.#sizes.set(name, empty);
    const fragment = this.#fragments.get(name);
    this.#countDirectives(fragment?.directives);
    const size = this.#selections(fragment?.selectionSet);
    this.#sizes.set(name, size);
    return size;
  }

  #countDirectives(directives: readonly unknown[] | undefined): void {
    this.directives += directives?.length ?? 0;
  }
}

function sum(one: Size, other: Size): Size {
  return {
    ...greater(one, other),
    roots: Math.min(plenty, one.roots + other.roots),
    fields: Math.min(plenty, one.fields + other.fields),
    items: Math.min(plenty, one.items + other.items),
    values: Math.min(plenty, one.values + other.values),
  };
}

function greater(one: Size, other: Size): Size {
  return {
    depth: Math.max(one.depth, other.depth),
    introspectionDepth: Math.max(one.introspectionDepth, other.introspectionDepth),
    roots: Math.max(one.roots, other.roots),
    fields: Math.max(one.fields, other.fields),
    items: Math.max(one.items, other.items),
    values: Math.max(one.values, other.values),
  };
}
