// Which fields of a document stand behind the keys of a result.
import { type DocumentNode, type FieldNode, Kind, print, type SelectionSetNode, visit } from "graphql";

/** What a document asks for at one place of its result, by the keys there. */
export type Fields = ReadonlyMap<string, readonly FieldNode[]>;

const known = new WeakMap<DocumentNode, Selections>();

export class Selections {
  /** Those of the result's `data`. */
  readonly root: Fields;
  readonly #fragments = new Map<string, SelectionSetNode>();
  readonly #below = new WeakMap<readonly FieldNode[], Fields>();

  private constructor(document: DocumentNode) {
    let root: SelectionSetNode | undefined;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) root ??= definition.selectionSet;
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition.selectionSet);
    }
    this.root = this.#fieldsOf([root]);
  }

  static of(document: DocumentNode): Selections {
    const selections = known.get(document) ?? new Selections(document);
    known.set(document, selections);
    return selections;
  }

  /** Those below one key, on whatever type it turns out to be. */
  below(asked: readonly FieldNode[]): Fields {
    const fields = this.#below.get(asked) ?? this.#fieldsOf(asked.map(({ selectionSet }) => selectionSet));
    this.#below.set(asked, fields);
    return fields;
  }

  #fieldsOf(sets: readonly (SelectionSetNode | undefined)[]): Fields {
    const found = new Map<string, FieldNode[]>();
    const collect = (set: SelectionSetNode | undefined): void => {
      for (const selection of set?.selections ?? []) {
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          found.set(key, [...(found.get(key) ?? []), selection]);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
        else collect(this.#fragments.get(selection.name.value));
      }
    };
    sets.forEach(collect);
    return found;
  }
}

/** Null where fragments on different types mean different fields by one key, and where there are arguments. */
export function plainName(asked: readonly FieldNode[]): string | null {
  const [first, ...others] = asked;
  if (first === undefined || others.some(({ name }) => name.value !== first.name.value)) return null;
  return asked.some((field) => field.arguments?.length) ? null : first.name.value;
}

const texts = new WeakMap<SelectionSetNode, string>();

/**
 * What is selected below, as text: two fields of one name and one text have the same shape. Without `__typename`, which a
 * cache adds to what it sends and takes from what it gives.
 */
export function shapeOf(asked: readonly FieldNode[]): string {
  return asked.map(({ selectionSet }) => (selectionSet === undefined ? "" : textOf(selectionSet))).join();
}

function textOf(set: SelectionSetNode): string {
  const text = texts.get(set) ?? print(visit(set, { Field: withoutTypename }));
  texts.set(set, text);
  return text;
}

/** For `visit`: null takes a node out. */
function withoutTypename({ name, alias }: FieldNode): null | undefined {
  return name.value === "__typename" && alias === undefined ? null : undefined;
}
