// Messages that differ in a few places only, made without writing all of them anew: the publisher must not be what
// is measured.

/** What stands in the text where something is filled in: numbers and a time that occur nowhere else. */
export const marks = {
  seq: 1_907_654_321,
  version: 1_817_654_321,
  at: new Date("1999-12-31T23:59:58.321Z"),
} as const;

export interface Filling {
  readonly seq: number;
  readonly version: number;
  /** ISO 8601 */
  readonly at: string;
}

const pattern = new RegExp(`(${marks.seq}|${marks.version}|${marks.at.toISOString()})`);
const nameOf: Readonly<Record<string, keyof Filling>> = {
  [marks.seq]: "seq",
  [marks.version]: "version",
  [marks.at.toISOString()]: "at",
};

export function template(text: string): (filling: Filling) => string {
  const [head = "", ...pieces] = text.split(pattern);
  const rest: { readonly name: keyof Filling; readonly text: string }[] = [];
  for (let index = 0; index < pieces.length; index += 2) {
    const name = nameOf[pieces[index] ?? ""];
    if (name !== undefined) rest.push({ name, text: pieces[index + 1] ?? "" });
  }
  return (filling) => {
    let filled = head;
    for (const piece of rest) filled += filling[piece.name] + piece.text;
    return filled;
  };
}
