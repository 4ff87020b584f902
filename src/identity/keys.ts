// The keys that sign tokens: published by the issuer (JWKS, RFC 7517), or one that is configured.
import { createLocalJWKSet, exportJWK, importJWK, importSPKI, type JWK, type JWTVerifyGetKey } from "jose";
import { ServiceError } from "../core/errors.ts";
import type { Log } from "../core/ports/log.ts";
import { publishedKeys } from "./published-keys.ts";

export type KeySource =
  | { readonly kind: "jwks"; readonly url: string }
  /** PEM (SPKI), or a JWK as JSON, which begins with "{". */
  | { readonly kind: "public-key"; readonly text: string };

/** Throws ServiceError BAD_INPUT where the configured key is none. */
export async function keysOf(
  source: KeySource,
  algorithms: readonly string[],
  log: Log,
): Promise<JWTVerifyGetKey> {
  if (source.kind === "jwks") return publishedKeys({ url: source.url, log });
  try {
    const key = await jwkOf(source.text.trim(), algorithms);
    await checkUsable(key, algorithms);
    return theOnly(key);
  } catch (cause) {
    throw new ServiceError(
      "BAD_INPUT",
      "AUTH_PUBLIC_KEY is no public key that the algorithms can use.",
      {},
      cause,
    );
  }
}

/** It verifies whatever the name in the token's header; not whatever the algorithm. */
function theOnly(key: JWK): JWTVerifyGetKey {
  const set = createLocalJWKSet({ keys: [key] });
  return ({ kid: _, ...header }, token) => set(header, token);
}

/** Throws where none of the algorithms can verify by it. */
async function checkUsable(key: JWK, algorithms: readonly string[]): Promise<void> {
  for (const algorithm of algorithms) {
    if (key.alg !== undefined && key.alg !== algorithm) continue;
    const imported = await importJWK(key, algorithm).catch(() => undefined);
    if (imported !== undefined && !(imported instanceof Uint8Array)) return;
  }
  throw new Error("It is not of a kind that any of the algorithms takes.");
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
