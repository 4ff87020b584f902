// What of a URL is secret: the user and the password, and parameters that are named like one. Nobody is held to
// encoding theirs, so everything up to the last "@" may belong to them.

const userInfo = /^([a-z][a-z\d+.-]*:\/\/)(.*)@/i;
const parameter = /([?&;][^=&;]*(?:pass|secret|token|key|user)[^=&;]*=)([^&;#]*)/gi;

export function withoutSecrets(url: string): string {
  return url.replace(userInfo, "$1***@").replace(parameter, "$1***");
}

/** Passwords, as written and as meant. */
export function secretsOf(url: string): readonly string[] {
  const [, , who = ""] = userInfo.exec(url) ?? [];
  const colon = who.indexOf(":");
  const password = colon === -1 ? [] : [who.slice(colon + 1)];
  const parameters = [...url.matchAll(parameter)].map((match) => match[2] ?? "");
  return [...password, ...parameters].flatMap((secret) => [secret, decoded(secret)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
