// Signs a token for the deployment of compose.yaml, with the key that dev-secrets.mjs has made, and prints it:
// `node deploy/dev-token.mjs [--user me] [--project default] [--role operator] [--hours 8] [--secrets folder]`. For
// trying things out: in earnest, tokens come from the issuer that AUTH_ISSUER and AUTH_JWKS_URL name.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { importPKCS8, SignJWT } from "jose";

/** As in compose.yaml. */
const issuer = "https://issuer.example";
const audience = "simulation-service";

const { values } = parseArgs({
  options: {
    user: { type: "string", default: "developer" },
    project: { type: "string", multiple: true, default: ["default"] },
    // viewer, operator, or admin of the whole service.
    role: { type: "string", default: "operator" },
    hours: { type: "string", default: "8" },
    secrets: { type: "string", default: join(import.meta.dirname, "secrets") },
  },
});

const key = await importPKCS8(readFileSync(join(values.secrets, "auth-private-key.pem"), "utf8"), "ES256");
const token = await new SignJWT({ projects: values.project, roles: [values.role] })
  .setProtectedHeader({ alg: "ES256" })
  .setIssuer(issuer)
  .setAudience(audience)
  .setSubject(values.user)
  .setIssuedAt()
  .setExpirationTime(`${values.hours} hours`)
  .sign(key);
process.stdout.write(`${token}\n`);
