// Every setting in one table: its name, what it may be, its default, and what it means, with the unit. The page
// docs/configuration.md is generated from here.
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { certificateFile, keyFile } from "./file.ts";
import { limitSettings } from "./front-door.ts";
import {
  engineUrls,
  hostName,
  httpUrl,
  isAddressOrRange,
  listOf,
  postgresUrl,
  publicKey,
  redisUrl,
  safeUrl,
  text,
  wholeNumber,
  yesOrNo,
} from "./values.ts";

export interface About {
  /** What it means, and its unit; in Markdown. */
  readonly meaning: string;
  /** Shown instead of the default's own text, where that does not say it. */
  readonly shownDefault?: string;
  /** Never shown: all of it, or the user, the password and whatever in the query is named like one. */
  readonly secret?: "all" | "in-url";
  /** May also be given as NAME_FILE, as every secret may. */
  readonly fromFile?: true;
}

export const about = z.registry<About>();

const shippedDesigns = fileURLToPath(new URL("../../designs", import.meta.url));
const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
const signatures = /^(RS|PS|ES)(256|384|512)$|^EdDSA$/;

const basics = {
  PORT: wholeNumber(0, 65_535)
    .default(4000)
    .register(about, { meaning: "The port of the API; 0: any that is free." }),
  HOST: hostName.default("127.0.0.1").register(about, {
    meaning: "The address to listen on. Other than a loopback address only with [authentication](#identity).",
  }),
  ROLES: z
    .string()
    .transform((value) => [...new Set(value.split(",").map((one) => one.trim()))])
    .pipe(z.array(z.enum(["api", "owner"], "is not api, owner or both, with a comma between")))
    .default(["api", "owner"])
    .register(about, {
      meaning: "What this process does: serve the API, drive simulations, or [both](replicas.md).",
    }),
  NODE_ENV: text.optional().register(about, {
    meaning: "`production` turns off what helps while developing: see `GRAPHIQL` and `INTROSPECTION`.",
  }),
};

const storageAndBus = {
  DATA_DIR: text.default(".data").register(about, {
    meaning:
      "The folder of the embedded database, which survives a kill of the process, not a power loss, and serves one process.",
  }),
  DATABASE_URL: postgresUrl.optional().register(about, {
    meaning:
      "`postgres://user:password@host:5432/name`: Postgres 15 or newer instead of the embedded database.",
    shownDefault: "embedded",
    secret: "in-url",
  }),
  DATABASE_CA_FILE: certificateFile.optional().register(about, {
    meaning:
      "The path of the certificates (PEM) of the authorities that are believed of the database, instead of those that Node believes.",
  }),
  DATABASE_CERT_FILE: certificateFile.optional().register(about, {
    meaning:
      "The path of this service's own certificate (PEM, with its chain), for a database that asks for one.",
  }),
  DATABASE_KEY_FILE: keyFile.optional().register(about, {
    meaning: "The path of its key (PEM, without a passphrase).",
  }),
  REDIS_URL: redisUrl.optional().register(about, {
    meaning:
      "`redis://…`, `redis+sentinel://host,…/master`, `redis+cluster://host,…`, or `rediss` for TLS: notices between [several replicas](replicas.md).",
    shownDefault: "in this process",
    secret: "in-url",
  }),
  REDIS_CA_FILE: certificateFile.optional().register(about, {
    meaning:
      "The path of the certificates (PEM) of the authorities that are believed of Redis, instead of those that Node believes.",
  }),
  REDIS_CERT_FILE: certificateFile.optional().register(about, {
    meaning:
      "The path of this service's own certificate (PEM, with its chain), for a Redis that asks for one.",
  }),
  REDIS_KEY_FILE: keyFile.optional().register(about, {
    meaning: "The path of its key (PEM, without a passphrase).",
  }),
};

const engines = {
  ENGINE_URL: engineUrls.optional().register(about, {
    meaning:
      "`grpc://host:port[,…]`, or `grpcs` for TLS: engines that keep [the contract](engine-contract.md).",
    shownDefault: "embedded",
  }),
  ENGINE_CA_FILE: certificateFile.optional().register(about, {
    meaning:
      "The path of the certificates (PEM) of the authorities that are believed of engines, instead of those that Node believes.",
  }),
  ENGINE_CERT_FILE: certificateFile.optional().register(about, {
    meaning: "The path of this service's own certificate (PEM, with its chain), for engines that ask for it.",
  }),
  ENGINE_KEY_FILE: keyFile.optional().register(about, {
    meaning: "The path of its key (PEM, without a passphrase).",
  }),
  ENGINE_SERVER_NAME: hostName.optional().register(about, {
    meaning: "The name that the certificates of engines must have.",
    shownDefault: "the host of each in `ENGINE_URL`",
  }),
  ORPHAN_TIMEOUT_MS: wholeNumber(1_000, 3_600_000).default(30_000).register(about, {
    meaning: "ms; an engine that hears nothing from this service for so long ends the run.",
  }),
};

const designs = {
  DESIGN_SERVICE_URL: httpUrl.optional().register(about, {
    meaning: "`http(s)://…`: designs from [a Design Service](design-service.md) instead of a folder.",
    secret: "in-url",
  }),
  DESIGN_SERVICE_TOKEN: text.optional().register(about, {
    meaning:
      "The service's own bearer token there, for when no user's is at hand: see [whose rights](design-service.md#whose-rights).",
    secret: "all",
  }),
  DESIGNS_DIR: text.default(shippedDesigns).register(about, {
    meaning: "The folder of designs; [your own](design-format.md#running-your-own) go there.",
    shownDefault: "`designs` of this project",
  }),
};

const identity = {
  AUTH_ISSUER: text.optional().register(about, {
    meaning: "The `iss` that tokens must have, exactly as written.",
  }),
  AUTH_AUDIENCE: text.optional().register(about, {
    meaning: "The `aud` that tokens must have among theirs.",
  }),
  AUTH_JWKS_URL: safeUrl.optional().register(about, {
    meaning:
      "Where the issuer publishes its keys (JWKS): `https://…`, or `http://…` on a loopback address. It excludes `AUTH_PUBLIC_KEY`.",
    secret: "in-url",
  }),
  AUTH_PUBLIC_KEY: publicKey.optional().register(about, {
    meaning: "The one key that signs tokens, public part only: PEM (SPKI; `\\n` for line ends) or a JWK.",
    fromFile: true,
  }),
  AUTH_ALGORITHMS: listOf(
    (one) => signatures.test(one),
    "is not a signature that a public key verifies (RS256, PS256, ES256, EdDSA …)",
  )
    .refine((all) => all.length > 0, "names none")
    .default(["RS256", "PS256", "ES256", "EdDSA"])
    .register(about, {
      meaning: "Signatures that are taken, comma-separated. `HS*` and `none` are never.",
    }),
  AUTH_USER_CLAIM: text.default("sub").register(about, { meaning: "The claim that names the user." }),
  AUTH_ROLES_CLAIM: text.default("roles").register(about, {
    meaning: "The claim with the user's roles; dots lead into objects (`realm_access.roles`).",
  }),
  AUTH_PROJECTS_CLAIM: text.default("projects").register(about, {
    meaning: "The claim with the projects that the user may use; dots lead into objects.",
  }),
  AUTH_ADMIN_ROLE: text.default("admin").register(about, {
    meaning: "The role whose holders may see and do everything.",
  }),
  AUTH_TOKEN_TYPE: text.optional().register(about, {
    meaning: "The `typ` that tokens must have, for example `at+jwt`.",
    shownDefault: "any",
  }),
  AUTH_CLOCK_SKEW_S: wholeNumber(0, 300).default(5).register(about, {
    meaning: "s; how far the issuer's clock may be off.",
  }),
  AUTH_MAX_AGE_S: wholeNumber(1, 31_536_000).default(86_400).register(about, {
    meaning: "s; a token that was issued longer ago is refused, whatever its `exp`.",
  }),
};

const limits = {
  MAX_SIMULATIONS: wholeNumber(1, 100_000).default(64).register(about, {
    meaning: "How many have a place on an engine at a time; the others wait in the queue.",
  }),
  MAX_SIMULATIONS_PER_PROJECT: wholeNumber(1, 100_000).default(32).register(about, {
    meaning: "The same, of one project.",
  }),
  MAX_SIMULATIONS_PER_USER: wholeNumber(1, 100_000).default(32).register(about, {
    meaning: "The same, of one user.",
  }),
  MAX_QUEUED_PER_USER: wholeNumber(1, 1_000_000).default(1_000).register(about, {
    meaning: "How many of one user's may wait.",
  }),
  MAX_WALL_TIME_S: wholeNumber(1, 31_536_000).default(86_400).register(about, {
    meaning: "s; the longest run of one simulation, pauses left out. A start may ask for less.",
  }),
  MAX_PAUSE_S: wholeNumber(1, 31_536_000).default(28_800).register(about, {
    meaning: "s; the longest pause of one simulation.",
  }),
  MAX_QUEUE_TIME_S: wholeNumber(1, 31_536_000).default(86_400).register(about, {
    meaning: "s; the longest wait of one simulation for its place.",
  }),
  KEEP_AUDIT_DAYS: wholeNumber(1, 36_500).default(365).register(about, {
    meaning: "Days; how long the [audit trail](security.md#the-audit-trail) is kept.",
  }),
  KEEP_METRICS_DAYS: wholeNumber(1, 36_500).default(30).register(about, {
    meaning:
      "Days; how long metrics are kept after the end of their simulation. Everything else of it stays.",
  }),
};

const frontDoor = limitSettings((setting, meaning) => setting.register(about, { meaning }));

const pagesAndOrigins = {
  CORS_ORIGINS: listOf(
    (origin) => /^https?:\/\/[^/\s*]+$/.test(origin),
    "is not an exact origin such as https://app.example.com",
  )
    .default([])
    .register(about, {
      meaning: "Browser origins that may call the API beside the service's own, exact, comma-separated.",
    }),
  HOSTS: listOf((name) => /^[\w.-]+$|^\[[\da-fA-F:]+\]$/.test(name), "is not a host name without a port")
    .default([])
    .register(about, {
      meaning:
        "Names under which the service is reached (`sim.example.com`), comma-separated; a request for another one is refused.",
      shownDefault: "any; on a loopback address, loopback names",
    }),
  TRUSTED_PROXIES: listOf(isAddressOrRange, "is neither an IP address nor a range such as 10.0.0.0/8")
    .default([])
    .register(about, {
      meaning:
        "Addresses or ranges of the proxies before the service, comma-separated: what they say of the client's address (`X-Forwarded-For`) is believed, what anybody else says is not.",
    }),
  GRAPHIQL: yesOrNo.optional().register(about, {
    meaning: "The explorer at `/graphql`.",
    shownDefault: "`true`; `false` where `NODE_ENV=production`, and on other than loopback addresses",
  }),
  INTROSPECTION: yesOrNo.optional().register(about, {
    meaning: "Queries about the schema, and suggestions in error messages.",
    shownDefault: "`true`; `false` where `NODE_ENV=production`, and on other than loopback addresses",
  }),
};

const observation = {
  LOG_LEVEL: z.enum(logLevels, "is not a level of pino's").default("info").register(about, {
    meaning:
      "Of the JSON log on standard error: `fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`.",
  }),
  METRICS_PORT: wholeNumber(0, 65_535).optional().register(about, {
    meaning: "The port of the metrics (Prometheus); 0: any that is free.",
    shownDefault: "no metrics",
  }),
  METRICS_HOST: hostName.default("127.0.0.1").register(about, {
    meaning: "The address on which metrics are served; whoever reaches it reads them.",
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional().register(about, {
    meaning: "`http(s)://…`: where traces are sent (OTLP over HTTP).",
    shownDefault: "no traces",
    secret: "in-url",
  }),
  OTEL_SERVICE_NAME: text.default("simulation-orchestration-service").register(about, {
    meaning: "The name of this service in traces.",
  }),
};

const tests = {
  FAILPOINT: z
    .string()
    .regex(/^(after_commit_before_publish|before_attach|mid_batch):\d+$/, "is not <name>:<visit>")
    .optional()
    .register(about, {
      meaning:
        "For tests of crashes: a place in the code, and at which visit the process kills itself there (`mid_batch:3`).",
    }),
};

/** In the order in which they are shown. */
export const settingGroups = {
  Basics: basics,
  "Storage and bus": storageAndBus,
  Engines: engines,
  Designs: designs,
  Identity: identity,
  Limits: limits,
  "Limits of the front door": frontDoor,
  "Pages and origins": pagesAndOrigins,
  Observation: observation,
  Tests: tests,
};

export const environmentSchema = z.object({
  ...basics,
  ...storageAndBus,
  ...engines,
  ...designs,
  ...identity,
  ...limits,
  ...frontDoor,
  ...pagesAndOrigins,
  ...observation,
  ...tests,
});

export type Environment = z.output<typeof environmentSchema>;

export interface Setting extends About {
  readonly name: string;
  readonly group: string;
  /** As it would be written; undefined: there is none. */
  readonly standard: string | undefined;
  readonly mayBeFile: boolean;
}

export const settings: readonly Setting[] = Object.entries(settingGroups).flatMap(([group, ofGroup]) =>
  Object.entries<z.ZodType>(ofGroup).map(([name, schema]) => {
    const said = about.get(schema);
    if (said === undefined) throw new Error(`The setting ${name} is without a meaning.`);
    const mayBeFile = said.secret !== undefined || said.fromFile === true;
    return { name, group, standard: written(schema.parse(undefined)), mayBeFile, ...said };
  }),
);

/** A value as it would be written into the environment. */
export function written(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.join(",") : String(value);
}
