// Arrays in the database's own spelling.

/**
 * Of numbers, uuids, hex digits: of nothing that would have to be quoted, unless it is empty. A number that is none is
 * null, as in JSON.
 */
export function arrayLiteral(values: readonly (string | number | null)[]): string {
  return `{${values.map(element).join(",")}}`;
}

function element(value: string | number | null): string | number {
  if (value === null || (typeof value === "number" && !Number.isFinite(value))) return "NULL";
  return value === "" ? '""' : value;
}

export function textArrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}
