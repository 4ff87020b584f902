// Identity by signed tokens (JWT, RFC 7519; checked as RFC 8725 advises): the algorithms, the issuer and the audience
// are fixed by the configuration, `exp`, `iat` and the user are demanded, and the age is bounded.
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { ServiceError } from "../core/errors.ts";
import type { Identity } from "../core/ports/identity.ts";
import type { Log } from "../core/ports/log.ts";
import type { Session } from "../core/session.ts";
import { type ClaimNames, viewerOf } from "./claims.ts";
import { type KeySource, keysOf } from "./keys.ts";

export interface TokenRules extends ClaimNames {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySource;
  readonly algorithms: readonly string[];
  /** The `typ` of tokens; undefined: any. */
  readonly tokenType: string | undefined;
  readonly clockSkewS: number;
  readonly maxAgeS: number;
}

/** Longer ones are refused unread. */
const tokenCharacters = 8 * 1024;
/** Keys of one issuer that a token without a name of its key is tried with. */
const keysToTry = 8;

/** Throws ServiceError BAD_INPUT where the configured key is none. */
export async function tokenIdentity(rules: TokenRules, log: Log): Promise<Identity> {
  const keys = await keysOf(rules.keys, rules.algorithms, log);
  return {
    async session(token) {
      if (token === undefined) throw refused("Say who you are: send a bearer token.");
      if (token.length > tokenCharacters) throw refused("The token is too long.");
      return sessionOf(await verified(token, keys, rules), token, rules);
    },
    isOver: ({ expiresAt }) => Date.now() >= expiresAt,
  };
}

function sessionOf(payload: JWTPayload, token: string, rules: TokenRules): Session {
  const { iat = 0, exp = 0 } = payload;
  const viewer = { ...viewerOf(payload, rules), authorization: `Bearer ${token}` };
  return {
    viewer,
    issuedAt: iat * 1_000,
    expiresAt: Math.min(exp + rules.clockSkewS, iat + rules.maxAgeS + rules.clockSkewS) * 1_000,
  };
}

async function verified(token: string, keys: JWTVerifyGetKey, rules: TokenRules): Promise<JWTPayload> {
  const options = {
    issuer: rules.issuer,
    audience: rules.audience,
    algorithms: [...rules.algorithms],
    clockTolerance: rules.clockSkewS,
    maxTokenAge: rules.maxAgeS,
    requiredClaims: ["exp", "iat"],
    ...(rules.tokenType === undefined ? {} : { typ: rules.tokenType }),
  };
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw why(error);
    let tried = 0;
    for await (const key of error) {
      tried += 1;
      if (tried > keysToTry) break;
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (inner) {
        if (!(inner instanceof errors.JWSSignatureVerificationFailed)) throw why(inner);
      }
    }
    throw refused("The token's signature is not of the issuer.");
  }
}

/** What is wrong with a token, said without repeating any of it. */
function why(error: unknown): ServiceError {
  if (error instanceof errors.JWTExpired) return refused("The token has expired: get a new one.");
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(`The token's ${error.claim} is not acceptable here.`);
  if (error instanceof errors.JOSEAlgNotAllowed)
    return refused("The token is signed by an algorithm that is not taken here.");
  if (error instanceof errors.JWKSNoMatchingKey)
    return refused("The token is signed by a key that the issuer does not publish.");
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return refused("The token's signature is not of the issuer.");
  // The keys cannot be had: nothing is known of the token.
  if (error instanceof ServiceError) return error;
  return refused("The token is no signed token (JWT) as it is taken here.");
}

function refused(message: string): ServiceError {
  return new ServiceError("UNAUTHENTICATED", message);
}
