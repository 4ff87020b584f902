// What JSON (RFC 8259) looks like, as parts of patterns, for UTF-8 that has a character for each byte. Each matches a text in one
// way at most, so that looking for it takes time, and room on the stack of patterns, in proportion to the length of the text:
// its users bound that.

const plain = String.raw`[^"\\\x00-\x1f]*`;
const escaped = String.raw`\\(?:["\\/bfnrt]|u[\da-fA-F]{4})`;

export const jsonString = `"${plain}(?:${escaped}${plain})*"`;
/** As `JSON.stringify` writes it. */
export const jsonNumber = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?`;

const scalar = `(?:${jsonString}|${jsonNumber}|true|false|null)`;
const flatObject = `\\{(?:${jsonString}:${scalar}(?:,${jsonString}:${scalar})*)?\\}`;

/** Members of an object that follow others, whose values are scalars or objects of scalars. */
export const moreMembers = `(?:,${jsonString}:(?:${scalar}|${flatObject}))*`;
