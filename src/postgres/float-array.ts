// Arrays of numbers in the database's binary form: numbers are neither written as digits nor read from them, which
// would be a good part of what an append costs. A Buffer as a parameter travels as it is.
//
// The form is what array_recv and float8recv read: dimensions, whether nulls are among the elements, the elements'
// type; the length of the one dimension and its first index; then each element behind its length (-1: null).
const headerBytes = 20;
const elementBytes = 12;
const float8 = 701;

/** Where the numbers of one row are in the array, by the database's count, which begins at 1; null: it has none. */
export interface Slice {
  readonly first: number;
  readonly last: number;
}

/** All rows' numbers one after the other. A number that is none becomes null, as in JSON. */
export function floatArray(rows: readonly (readonly number[] | null)[]): {
  readonly array: Buffer;
  readonly slices: readonly (Slice | null)[];
} {
  const length = rows.reduce((sum, row) => sum + (row?.length ?? 0), 0);
  const array = Buffer.allocUnsafe(headerBytes + length * elementBytes);
  const view = new DataView(array.buffer, array.byteOffset, array.byteLength);
  let at = headerBytes;
  let hasNull = 0;
  for (const row of rows) {
    if (row === null) continue;
    for (const value of row) {
      if (Number.isFinite(value)) {
        view.setInt32(at, 8);
        view.setFloat64(at + 4, value);
        at += elementBytes;
      } else {
        view.setInt32(at, -1);
        at += 4;
        hasNull = 1;
      }
    }
  }
  for (const [place, word] of [1, hasNull, float8, length, 1].entries()) view.setInt32(place * 4, word);
  return { array: array.subarray(0, at), slices: slicesOf(rows) };
}

function slicesOf(rows: readonly (readonly number[] | null)[]): readonly (Slice | null)[] {
  let before = 0;
  return rows.map((row) => {
    if (row === null) return null;
    const slice = { first: before + 1, last: before + row.length };
    before = slice.last;
    return slice;
  });
}
