// The only reader of the environment. Every setting, its default and its meaning, in one table; a bad environment
// fails the start with all that is wrong with it at once.
import { fileURLToPath } from "node:url";
import { z } from "zod";

export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The environment has ${problems.length} problem(s):\n${problems.map((one) => `  ${one}`).join("\n")}`,
    );
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
const shippedDesigns = fileURLToPath(new URL("../designs", import.meta.url));

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, "is not a whole number")
    .transform(Number)
    .refine((value) => value >= least && value <= most, `does not lie between ${least} and ${most}`);

const yesOrNo = z.enum(["true", "false"], "is neither true nor false").transform((value) => value === "true");

const environmentSchema = z.object({
  /** 0 = any free port. */
  PORT: wholeNumber(0, 65_535).default(4000),
  HOST: z
    .string()
    .regex(loopback, "is not a loopback address: without authentication the service serves this machine only")
    .default("127.0.0.1"),
  DATA_DIR: z.string().min(1, "is empty").default(".data"),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "does not begin with postgres://")
    .optional(),
  REDIS_URL: z
    .string()
    .regex(
      /^rediss?(\+(sentinel|cluster))?:\/\/\S+$/,
      "does not begin with redis://, redis+sentinel:// or the like",
    )
    .optional(),
  /** What this process does: serve the API, drive simulations, or both. */
  ROLES: z
    .string()
    .transform((value) => [...new Set(value.split(",").map((one) => one.trim()))])
    .pipe(z.array(z.enum(["api", "owner"], "is not api, owner or both, with a comma between")))
    .default(["api", "owner"]),
  ENGINE_URL: z
    .string()
    .transform((value) => value.split(",").map((one) => one.trim()))
    .refine((urls) => urls.every((url) => /^grpc:\/\/[^/\s]+:\d+$/.test(url)), "is not grpc://host:port[,…]")
    .transform((urls) => [...new Set(urls.map((url) => url.slice("grpc://".length)))])
    .optional(),
  DESIGN_SERVICE_URL: z.url({ protocol: /^https?$/, error: "is not an http(s) URL" }).optional(),
  DESIGNS_DIR: z.string().min(1, "is empty").default(shippedDesigns),
  /** Browser origins that may call the API, beside the service's own. */
  CORS_ORIGINS: z
    .string()
    .transform((value) =>
      value
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== ""),
    )
    .refine(
      (origins) => origins.every((origin) => /^https?:\/\/[^/\s*]+$/.test(origin)),
      "is not a list of exact origins such as https://app.example.com",
    )
    .default([]),
  GRAPHIQL: yesOrNo.default(true),
  MAX_SIMULATIONS: wholeNumber(1, 100_000).default(64),
  MAX_SIMULATIONS_PER_PROJECT: wholeNumber(1, 100_000).default(32),
  MAX_SIMULATIONS_PER_USER: wholeNumber(1, 100_000).default(32),
  MAX_QUEUED_PER_USER: wholeNumber(1, 1_000_000).default(1_000),
  /** Bounds of one simulation, wall s. */
  MAX_WALL_TIME_S: wholeNumber(1, 31_536_000).default(86_400),
  MAX_PAUSE_S: wholeNumber(1, 31_536_000).default(28_800),
  MAX_QUEUE_TIME_S: wholeNumber(1, 31_536_000).default(86_400),
  /** An engine that hears nothing from a run's owner for so long, ms, ends the run. */
  ORPHAN_TIMEOUT_MS: wholeNumber(1_000, 3_600_000).default(30_000),
  /** After the end of their simulation; everything else of it stays. */
  KEEP_METRICS_DAYS: wholeNumber(1, 36_500).default(30),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], "is not a level of pino's")
    .default("info"),
  /** For tests of crashes: a place in the code, and at which visit the process kills itself there. */
  FAILPOINT: z
    .string()
    .regex(/^(after_commit_before_publish|before_attach|mid_batch):\d+$/, "is not <name>:<visit>")
    .optional(),
});

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly roles: readonly ("api" | "owner")[];
  /** host:port of each; undefined: the embedded engine. */
  readonly engines: readonly string[] | undefined;
  readonly designServiceUrl: string | undefined;
  readonly designsDir: string;
  readonly corsOrigins: readonly string[];
  readonly graphiql: boolean;
  readonly maxSimulations: number;
  readonly maxSimulationsPerProject: number;
  readonly maxSimulationsPerUser: number;
  readonly maxQueuedPerUser: number;
  readonly maxWallTimeS: number;
  readonly maxPauseS: number;
  readonly maxQueueTimeS: number;
  readonly orphanTimeoutMs: number;
  readonly keepMetricsDays: number;
  readonly logLevel: string;
  readonly failpoint: { readonly name: string; readonly visit: number } | undefined;
}

/** Throws ConfigError. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`));
  }
  const env = parsed.data;
  const alone = [
    ...(env.DATABASE_URL === undefined ? ["DATABASE_URL: the embedded database serves one process"] : []),
    ...(env.ENGINE_URL === undefined ? ["ENGINE_URL: the embedded engine is one process's own"] : []),
  ];
  if (env.ROLES.length < 2 && alone.length > 0) {
    throw new ConfigError(alone.map((missing) => `ROLES, where it is not both, needs ${missing}`));
  }
  return {
    port: env.PORT,
    host: env.HOST,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    roles: env.ROLES,
    engines: env.ENGINE_URL,
    designServiceUrl: env.DESIGN_SERVICE_URL,
    designsDir: env.DESIGNS_DIR,
    corsOrigins: env.CORS_ORIGINS,
    graphiql: env.GRAPHIQL,
    maxSimulations: env.MAX_SIMULATIONS,
    maxSimulationsPerProject: env.MAX_SIMULATIONS_PER_PROJECT,
    maxSimulationsPerUser: env.MAX_SIMULATIONS_PER_USER,
    maxQueuedPerUser: env.MAX_QUEUED_PER_USER,
    maxWallTimeS: env.MAX_WALL_TIME_S,
    maxPauseS: env.MAX_PAUSE_S,
    maxQueueTimeS: env.MAX_QUEUE_TIME_S,
    orphanTimeoutMs: env.ORPHAN_TIMEOUT_MS,
    keepMetricsDays: env.KEEP_METRICS_DAYS,
    logLevel: env.LOG_LEVEL,
    failpoint: failpointOf(env.FAILPOINT),
  };
}

function failpointOf(text: string | undefined): Config["failpoint"] {
  if (text === undefined) return undefined;
  const [name = "", visit = "1"] = text.split(":");
  return { name, visit: Number(visit) };
}
