// The keys that sign tokens: published by the issuer (JWKS, RFC 7517), or one that is configured.
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  exportJWK,
  importSPKI,
  type JWK,
  type JWTVerifyGetKey,
} from "jose";
import { ServiceError } from "../core/errors.ts";

export type KeySource =
  | { readonly kind: "jwks"; readonly url: string }
  /** PEM (SPKI), or a JWK as JSON, which begins with "{". */
  | { readonly kind: "public-key"; readonly text: string };

const remote = {
  /** A key that the issuer has withdrawn is believed no longer than this. */
  cacheMaxAge: 600_000,
  /** A new key is found so soon; and whoever invents names of keys causes no more fetches than this allows. */
  cooldownDuration: 1_000,
  timeoutDuration: 2_000,
} as const;

/** Throws ServiceError BAD_INPUT where the configured key is none. */
export async function keysOf(source: KeySource, algorithms: readonly string[]): Promise<JWTVerifyGetKey> {
  if (source.kind === "jwks") return createRemoteJWKSet(new URL(source.url), remote);
  try {
    return createLocalJWKSet({ keys: [withoutName(await jwkOf(source.text.trim(), algorithms))] });
  } catch (cause) {
    throw new ServiceError(
      "BAD_INPUT",
      "AUTH_PUBLIC_KEY is no public key that the algorithms can use.",
      {},
      cause,
    );
  }
}

/** The one key there is verifies whatever the name in the token's header. */
function withoutName({ kid: _, ...key }: JWK): JWK {
  return key;
}

async function jwkOf(text: string, algorithms: readonly string[]): Promise<JWK> {
  if (text.startsWith("{")) return publicPart(JSON.parse(text));
  for (const algorithm of algorithms) {
    const key = await importSPKI(text, algorithm, { extractable: true }).catch(() => undefined);
    if (key !== undefined) return exportJWK(key);
  }
  throw new Error("It is not of a kind that any of the algorithms takes.");
}

const parts = ["kty", "crv", "x", "y", "n", "e", "alg", "use"] as const;

function publicPart(given: Record<string, unknown>): JWK {
  const key: Record<string, string> = {};
  for (const part of parts) {
    const value = given[part];
    if (typeof value === "string") key[part] = value;
  }
  const { kty } = key;
  if (kty === undefined) throw new Error("It names no kind (kty).");
  return { ...key, kty };
}
