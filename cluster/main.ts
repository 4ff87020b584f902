// The program behind `npm run cluster`: a cluster on this machine until Ctrl-C. DATABASE_URL and REDIS_URL name
// servers to use; without them it starts its own. PORT is where the service is to be found. Every other setting of
// the service that is in the environment is handed on to the replicas.
import { readConfig } from "../src/config.ts";
import { type Cluster, type ClusterOptions, startCluster } from "./cluster.ts";

let ending = false;
let cluster: Cluster | undefined;
process.on("SIGINT", end).on("SIGTERM", end);

process.stdout.write("Starting three replicas and two engines …\n");
try {
  cluster = await startCluster(optionsOf(process.env));
  if (ending) await close(cluster);
  process.stdout.write(`${described(cluster)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

function optionsOf(env: NodeJS.ProcessEnv): ClusterOptions {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = env;
  return {
    port: env.PORT === undefined ? readConfig({}).port : readConfig({ PORT: env.PORT }).port,
    env: settings(env),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
  };
}

function settings(env: NodeJS.ProcessEnv): Record<string, string> {
  const handedOn = /^(MAX_|ORPHAN_|KEEP_|LOG_LEVEL$|DESIGN|CORS_|GRAPHIQL$)/;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && handedOn.test(name) ? [[name, value]] : [],
    ),
  );
}

function described({ url, replicas, engines, databaseUrl, redisUrl, folder }: Cluster): string {
  return [
    "",
    `  Service      ${url}/graphql   (round robin)`,
    ...replicas.map(({ name, url: own, pid }) => `  ${name.padEnd(12)} ${own}   pid ${pid}`),
    ...engines.map(({ name, address, pid }) => `  ${name.padEnd(12)} grpc://${address}   pid ${pid}`),
    `  Postgres     ${withoutPassword(databaseUrl)}`,
    `  Redis        ${withoutPassword(redisUrl)}`,
    `  Logs         ${folder}`,
    "",
    "  Kill a replica and watch: simulations and streams go on. Ctrl-C ends everything.",
    "",
  ].join("\n");
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  if (url.password !== "") url.password = "***";
  return url.href;
}

function end(): void {
  if (ending) return;
  ending = true;
  if (cluster !== undefined) void close(cluster);
}

async function close(running: Cluster): Promise<never> {
  process.stdout.write("Ending …\n");
  await running.close();
  process.exit(0);
}
