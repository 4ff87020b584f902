// Arrays in the database's own spelling.

/** Of numbers, uuids, hex digits: of nothing that would have to be quoted. A number that is none is null, as in JSON. */
export function arrayLiteral(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => (isNull(value) ? "NULL" : value)).join(",")}}`;
}

export function textArrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

function isNull(value: string | number | null): boolean {
  return value === null || (typeof value === "number" && !Number.isFinite(value));
}
