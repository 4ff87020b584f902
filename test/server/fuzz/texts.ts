// Texts, numbers and JSON that have broken programs before.
import type { Tape } from "./tape.ts";

/** Of which long texts consist: nothing that is said back may hold much of it. */
export const marker = "Zq7";

export const longText = marker.repeat(4_000);

const texts = [
  "mm1",
  "",
  "\u0000",
  "\u0001\u0002\u001b[2J\u007f",
  "\ud800",
  "\udfff\ud800",
  "\u202e\u2066abc\u2069",
  "\ufeff",
  "\u2028\u2029",
  "💥".repeat(40),
  "é".normalize("NFD").repeat(60),
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "' or 1=1; drop table simulations; --",
  "%s%n%x",
  "{{7*7}}<%= 7*7 %>#{7*7}",
  "<script>alert(1)</script>",
  "../../../../etc/passwd",
  "..\\..\\windows\\win.ini",
  "file:///etc/passwd",
  "a\r\nSet-Cookie: b=c",
  "01a20c7b-ed2d-7059-9d50-8312ac909b0c",
  "01a20c7b-ed2d-7059-9d50-8312ac909b0",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "2026-02-30T25:61:61Z",
  "-1",
  "1e999",
  "NaN",
  "null",
  "undefined",
  "true",
  "[]",
  "{}",
  " ",
  "\t",
  "a".repeat(300),
  longText,
] as const;

export function hostileText(tape: Tape): string {
  const one = tape.pick(texts);
  return tape.chance(10) ? one + tape.pick(texts) : one;
}

const numbers = [
  "0",
  "1",
  "-1",
  "-0",
  "2147483647",
  "2147483648",
  "-2147483649",
  "9007199254740993",
  "1e308",
  "1e309",
  "-1e999",
  "5e-324",
  "0.1",
  "0.30000000000000004",
  `1${"0".repeat(400)}`,
  `0.${"9".repeat(400)}`,
] as const;

/** As JSON and GraphQL write them. */
export function hostileNumber(tape: Tape): string {
  return tape.pick(numbers);
}

const nestings = [
  `${"[".repeat(200)}${"]".repeat(200)}`,
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  "[".repeat(40_000),
  `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`,
  `[${"0,".repeat(20_000)}0]`,
  `{${Array.from({ length: 2_000 }, (_, i) => `"k${i}":${i}`).join(",")}}`,
] as const;

const keys = [
  "a",
  "__proto__",
  "constructor",
  "toString",
  "query",
  "length",
  "0",
  "",
  "then",
  "toJSON",
] as const;

/** Text of JSON, mostly well formed. */
export function hostileJson(tape: Tape, depth = 3): string {
  switch (tape.below(depth > 0 ? 10 : 5)) {
    case 0:
      return JSON.stringify(hostileText(tape));
    case 1:
      return hostileNumber(tape);
    case 2:
      return tape.pick(["null", "true", "false"]);
    case 3:
      return tape.chance(10) ? tape.pick(nestings) : '"\\ud800"';
    case 4:
      return tape.pick(["{}", "[]"]);
    case 5:
    case 6:
      return `[${tape.many(4, () => hostileJson(tape, depth - 1)).join(",")}]`;
    default:
      return object(tape, depth);
  }
}

function object(tape: Tape, depth: number): string {
  const members = tape.many(4, () => {
    const key = tape.chance(20) ? hostileText(tape) : tape.pick(keys);
    return `${JSON.stringify(key)}:${hostileJson(tape, depth - 1)}`;
  });
  return `{${members.join(",")}}`;
}

/** The same, broken: cut off, doubled, with something in it, or in other bytes. */
export function broken(tape: Tape, text: string): Buffer {
  const bytes = Buffer.from(text);
  const at = bytes.length === 0 ? 0 : tape.below(bytes.length);
  switch (tape.below(9)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes, bytes]);
    case 2:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    case 3:
      return Buffer.from(text, "utf16le");
    case 4:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
        bytes.subarray(at),
      ]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([0]), bytes.subarray(at)]);
    case 6:
      return Buffer.from(text.replaceAll('"', "'"));
    case 7:
      return Buffer.from(`// comment\n${text},`);
    default:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([tape.byte()]), bytes.subarray(at + 1)]);
  }
}
