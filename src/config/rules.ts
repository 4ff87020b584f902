// What settings demand of each other. `isGiven` also holds for one whose value is wrong, so that one mistake is not
// told twice.
import type { Problem } from "./given.ts";
import type { Environment } from "./settings.ts";
import { tlsRules } from "./tls.ts";
import { isLoopback } from "./values.ts";

type Name = keyof Environment;
type IsGiven = (name: Name) => boolean;

export function brokenRules(env: Environment, isGiven: IsGiven): readonly Problem[] {
  return [
    ...roleRules(env, isGiven),
    ...identityRules(env, isGiven),
    ...portRules(env),
    ...tlsRules(env, isGiven),
  ];
}

function roleRules(env: Environment, isGiven: IsGiven): Problem[] {
  if (env.ROLES.length > 1) return [];
  const shared = [
    ["DATABASE_URL", "the embedded database serves one process"],
    ["ENGINE_URL", "the embedded engine is one process's own"],
  ] as const;
  return shared
    .filter(([name]) => !isGiven(name))
    .map(([name, why]) => ({ setting: "ROLES", is: `where it is not both, needs ${name}: ${why}` }));
}

function identityRules(env: Environment, isGiven: IsGiven): Problem[] {
  const keys: readonly Name[] = ["AUTH_JWKS_URL", "AUTH_PUBLIC_KEY"];
  const whose: readonly Name[] = ["AUTH_ISSUER", "AUTH_AUDIENCE"];
  const problems: Problem[] = [];
  const hasKey = keys.some(isGiven);
  if (keys.every(isGiven)) {
    problems.push({ setting: "AUTH_PUBLIC_KEY", is: "and AUTH_JWKS_URL exclude each other" });
  }
  if (![...keys, ...whose].some(isGiven)) {
    if (!isLoopback(env.HOST)) problems.push({ setting: "HOST", is: unprotected });
    return problems;
  }
  for (const name of whose) {
    if (!isGiven(name))
      problems.push({ setting: name, is: "is missing: authentication needs the issuer and the audience" });
  }
  if (!hasKey) {
    problems.push({
      setting: "AUTH_JWKS_URL",
      is: "or AUTH_PUBLIC_KEY is missing: authentication needs the issuer's keys",
    });
  }
  return problems;
}

const unprotected =
  "is not a loopback address: without authentication the service serves this machine only. Authentication is " +
  "configured by AUTH_ISSUER, AUTH_AUDIENCE and one of AUTH_JWKS_URL and AUTH_PUBLIC_KEY";

function portRules(env: Environment): Problem[] {
  const same = env.METRICS_PORT !== undefined && env.METRICS_PORT !== 0 && env.METRICS_PORT === env.PORT;
  return same ? [{ setting: "METRICS_PORT", is: "is the port of the API" }] : [];
}
