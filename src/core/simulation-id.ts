// An id is a UUIDv7: its first 48 bits are the moment of creation, ms since 1970. So the order of ids is the order
// of creation, and a span of time is a range of ids.

const timeMax = 2 ** 48 - 1;

/** Of a UUIDv7. */
export function createdAtOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/** Every id made at that moment or later is at least this, every earlier one is less. */
export function firstIdAt(moment: Date): string {
  const ms = Math.max(0, Math.min(moment.getTime(), timeMax));
  const time = ms.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
