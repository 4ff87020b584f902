// JSON's values as MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), in which mqemitter-redis
// writes what it publishes.

export function msgpack(value: unknown): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: unknown, parts: Buffer[]): void {
  if (value === null || value === undefined) parts.push(Buffer.of(0xc0));
  else if (typeof value === "boolean") parts.push(Buffer.of(value ? 0xc3 : 0xc2));
  else if (typeof value === "number") parts.push(numberOf(value));
  else if (typeof value === "string") parts.push(...stringOf(value));
  else if (Array.isArray(value)) {
    parts.push(sized(0x90, 0xdc, value.length));
    for (const item of value) write(item, parts);
  } else if (typeof value === "object") {
    const entries = Object.entries(value);
    parts.push(sized(0x80, 0xde, entries.length));
    for (const [name, item] of entries) {
      parts.push(...stringOf(name));
      write(item, parts);
    }
  } else throw new Error(`No JSON: ${typeof value}`);
}

/** Integers up to 32 bits as such, everything else as a float64. */
function numberOf(value: number): Buffer {
  if (Number.isInteger(value) && value >= 0 && value < 0x80) return Buffer.of(value);
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) {
    const written = Buffer.alloc(5);
    written.writeUInt8(0xce, 0);
    written.writeUInt32BE(value, 1);
    return written;
  }
  const written = Buffer.alloc(9);
  written.writeUInt8(0xcb, 0);
  written.writeDoubleBE(value, 1);
  return written;
}

function stringOf(value: string): readonly Buffer[] {
  const bytes = Buffer.from(value);
  const head = bytes.length < 32 ? Buffer.of(0xa0 | bytes.length) : long(0xda, bytes.length);
  return [head, bytes];
}

function sized(short: number, marker: number, length: number): Buffer {
  return length < 16 ? Buffer.of(short | length) : long(marker, length);
}

function long(marker: number, length: number): Buffer {
  const written = Buffer.alloc(3);
  written.writeUInt8(marker, 0);
  written.writeUInt16BE(length, 1);
  return written;
}
