// Whose tokens are believed, and what is read from them.
import type { Environment } from "./settings.ts";

export interface AuthConfig {
  /** The `iss` of tokens. */
  readonly issuer: string;
  /** One of the `aud` of tokens. */
  readonly audience: string;
  readonly keys:
    | { readonly kind: "jwks"; readonly url: string }
    /** PEM (SPKI), or a JWK as JSON, which begins with "{". */
    | { readonly kind: "public-key"; readonly text: string };
  readonly algorithms: readonly string[];
  /** The name of a claim, or a path of names with dots between, as the next two. */
  readonly userClaim: string;
  readonly rolesClaim: string;
  readonly projectsClaim: string;
  readonly adminRole: string;
  /** The `typ` of tokens; undefined: any. */
  readonly tokenType: string | undefined;
  readonly clockSkewS: number;
  readonly maxAgeS: number;
}

/** Undefined where authentication is not configured. */
export function authConfig(env: Environment): AuthConfig | undefined {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = env;
  const keys = keysOf(env);
  if (issuer === undefined || audience === undefined || keys === undefined) return undefined;
  return {
    issuer,
    audience,
    keys,
    algorithms: env.AUTH_ALGORITHMS,
    userClaim: env.AUTH_USER_CLAIM,
    rolesClaim: env.AUTH_ROLES_CLAIM,
    projectsClaim: env.AUTH_PROJECTS_CLAIM,
    adminRole: env.AUTH_ADMIN_ROLE,
    tokenType: env.AUTH_TOKEN_TYPE,
    clockSkewS: env.AUTH_CLOCK_SKEW_S,
    maxAgeS: env.AUTH_MAX_AGE_S,
  };
}

function keysOf({ AUTH_JWKS_URL: url, AUTH_PUBLIC_KEY: text }: Environment): AuthConfig["keys"] | undefined {
  if (url !== undefined) return { kind: "jwks", url };
  return text === undefined ? undefined : { kind: "public-key", text };
}
