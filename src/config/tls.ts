// TLS to engines, Postgres and Redis: what the settings come to, and what they demand of each other.
import type { TlsIdentity } from "../core/ports/tls.ts";
import { belongTogether } from "./file.ts";
import type { Problem } from "./given.ts";
import type { Environment } from "./settings.ts";

const parts = ["ENGINE", "DATABASE", "REDIS"] as const;
type Part = (typeof parts)[number];

/** Empty where nothing is given: then what Node believes is believed, and nothing is shown. */
export function tlsIdentity(env: Environment, part: Part): TlsIdentity {
  const [ca, cert, key] = [env[`${part}_CA_FILE`], env[`${part}_CERT_FILE`], env[`${part}_KEY_FILE`]];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
}

export function tlsRules(env: Environment, isGiven: (name: keyof Environment) => boolean): Problem[] {
  return parts.flatMap((part) => {
    const [certFile, keyFile] = [`${part}_CERT_FILE`, `${part}_KEY_FILE`] as const;
    const problems: Problem[] = [];
    if (isGiven(certFile) !== isGiven(keyFile)) {
      const [there, missing] = isGiven(certFile) ? [certFile, keyFile] : [keyFile, certFile];
      problems.push({ setting: there, is: `needs ${missing}` });
    }
    const { cert, key } = tlsIdentity(env, part);
    if (cert !== undefined && key !== undefined && !belongTogether(cert, key)) {
      problems.push({ setting: keyFile, is: `is not the key of the certificate in ${certFile}` });
    }
    const first = settingsOf[part].find(isGiven);
    const plain = first === undefined ? undefined : plainReason(env, part, isGiven);
    if (first !== undefined && plain !== undefined) problems.push({ setting: first, is: plain });
    return problems;
  });
}

const settingsOf: Record<Part, readonly (keyof Environment)[]> = {
  ENGINE: ["ENGINE_CA_FILE", "ENGINE_CERT_FILE", "ENGINE_KEY_FILE", "ENGINE_SERVER_NAME"],
  DATABASE: ["DATABASE_CA_FILE", "DATABASE_CERT_FILE", "DATABASE_KEY_FILE"],
  REDIS: ["REDIS_CA_FILE", "REDIS_CERT_FILE", "REDIS_KEY_FILE"],
};

/** Why nothing would come of the settings: whoever gives them believes that TLS is spoken. */
function plainReason(
  env: Environment,
  part: Part,
  isGiven: (name: keyof Environment) => boolean,
): string | undefined {
  const url = `${part}_URL` as const;
  // What is wrong with a URL is told of the URL.
  if (isGiven(url) && env[url] === undefined) return undefined;
  const { ENGINE_URL: engines, DATABASE_URL: database, REDIS_URL: redis } = env;
  switch (part) {
    case "ENGINE":
      return engines?.some(({ tls }) => tls)
        ? undefined
        : "is for engines of ENGINE_URL by grpcs://: there is none";
    case "REDIS":
      return redis?.startsWith("rediss") ? undefined : "is for a REDIS_URL that begins with rediss";
    case "DATABASE":
      if (database === undefined) return "is for a DATABASE_URL: there is none";
      return /[?&]sslmode=(disable|no-verify)\b/.test(database)
        ? "contradicts the sslmode of DATABASE_URL"
        : undefined;
  }
}
