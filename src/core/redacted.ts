// Texts without what lets somebody in: for logs, and for whatever else people read. What is written here is applied to
// whole lines of JSON, so quotes and line ends may be escaped; and to hostile text, so every pattern is linear: what is looked for has a bound.

/** Longest user and password of a URL, and longest list, that are looked for, in characters. */
const atMost = 500;

/** Nobody is held to encoding theirs: everything up to the last "@" of what looks like one URL. */
const userInfo = new RegExp(String.raw`://(?:\\.|[^\s"\\]){0,${atMost}}@`, "g");

/** JWS and JWE in their compact form: a JSON object always begins with "eyJ". */
const token = /(?<![\w-])eyJ[\w-]+(?:\.[\w-]*){2,4}/g;

const bearer = /\b(bearer) +[\w.~+/=-]+/gi;

const names = "authorization|cookie|password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key";
const named = `[\\w-]{0,40}(?:${names})[\\w-]{0,40}`;
/** "authorization":"…", or a list of them. */
const property = new RegExp(
  String.raw`("${named}"\s*:\s*)(?:"(?:\\.|[^"\\])*"|\[[^\]]{0,${atMost}}\])`,
  "gi",
);
/** The same in JSON that is itself a string: \"authorization\":\"…\". */
const nested = new RegExp(String.raw`(\\"${named}\\"\s*:\s*)\\"(?:[^"\\]|\\[^"])*\\"`, "gi");
/** authorization: Basic … */
const header = /\b((?:proxy-)?authorization|(?:set-)?cookie)(\s*:\s*)[^\s"\\][^"\\\r\n]*/gi;

const hidden = "***";

/** The text without users and passwords of URLs, tokens, and values that are named like a secret. */
export function redacted(text: string): string {
  return text
    .replace(userInfo, `://${hidden}@`)
    .replace(token, hidden)
    .replace(bearer, `$1 ${hidden}`)
    .replace(property, `$1"${hidden}"`)
    .replace(nested, `$1\\"${hidden}\\"`)
    .replace(header, `$1$2${hidden}`);
}

/** What is shorter, or a plain word, would be found where it is no secret: "postgres". */
const isTelling = (secret: string) => secret.length >= 8 && /[^a-z]/.test(secret);

/** As `redacted`, and without these secrets wherever they stand, as themselves or within JSON. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const known = secrets.filter(isTelling);
  const written = new Set(known.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]));
  // The longest first: one may be part of another.
  const all = [...written].sort((a, b) => b.length - a.length);
  return (text) => redacted(all.reduce((rest, secret) => rest.replaceAll(secret, hidden), text));
}
