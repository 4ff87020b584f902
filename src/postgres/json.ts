// JSON for the database. Postgres has no text for U+0000 and none for half a surrogate pair, and would refuse
// the whole statement for one; both become U+FFFD here.

const escaped = /\\(?:u(0000|d[89a-f][0-9a-f]{2})|.)/g;

export function databaseJson(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  if (!json.includes("\\u0000") && !json.includes("\\ud")) return json;
  // JSON.stringify escapes a surrogate only where it stands alone; pairs are written as they are.
  return json.replace(escaped, (found, unstorable) => (unstorable === undefined ? found : "\ufffd"));
}
