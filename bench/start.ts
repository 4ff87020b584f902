// How many simulations can be started, each durable when its answer comes: this service against a GraphQL server of
// the same mutation that puts a job into pg-boss (the same Postgres, with fsync) or into BullMQ (Redis, with
// `appendfsync always`). Three processes each, the same number of requests in flight, turns interleaved; told per
// second of CPU time that servers and stores take together.
//
//   npm run bench:start [-- rounds]
//
// The first run installs pg-boss and BullMQ into bench/queues. Our three replicas serve the API alone (ROLES=api) and
// there is no engine: what is started stays QUEUED. All else is as the service is: each start is looked up, counted
// against the user's limits, its design read, checked and translated, the simulation recorded with its first event,
// its documents and an entry of the audit trail, and told to the other replicas.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "../cluster/postgres.ts";
import { type ProgramOptions, startProgram } from "../cluster/programs.ts";
import { startRedis } from "../test/support/redis-server.ts";
import { type Contender, contest, type Figures, quantile, rounded } from "./support/contest.ts";
import { cpuSeconds, cpuSecondsOfTree } from "./support/cpu.ts";
import { load } from "./support/load.ts";
import { makeDatabase, run } from "./support/simulations.ts";
import { table } from "./support/table.ts";

const rounds = Number(process.argv[2] ?? 5);
const processes = 3;
const inFlight = 64;
const secondsOfTurn = 4;

const root = fileURLToPath(new URL("..", import.meta.url));
const query = `mutation Start($input: StartSimulationInput!) {
  startSimulation(input: $input) { __typename ... on Simulation { id designId status createdAt } }
}`;
const input = { designId: "online-boutique", labels: { build: "b1" } };
const body = JSON.stringify({ query, variables: { input } });

install();
const folder = mkdtempSync(join(tmpdir(), "bench-start-"));
const ends: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
try {
  // The tables' home, as one sets it up for what must not be lost.
  const postgres = await startPostgres([
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "shared_buffers=512MB",
    "max_wal_size=4GB",
  ]);
  ends.push(() => postgres.close());
  const contenders = [
    await ours(postgres.url, postgres.pid),
    await pgBoss(postgres.url, postgres.pid),
    await bullMq(),
  ];
  const figures = await contest(contenders, rounds);
  process.stdout.write(`\n${told(figures)}\n`);
} finally {
  for (const end of ends.reverse()) await end();
}

async function ours(server: string, postgresPid: number): Promise<Contender> {
  const database = await makeDatabase(server, "ours");
  const redis = await startRedis();
  ends.push(() => redis.kill());
  const redisPid = await pidOf(redis);
  const env = {
    PORT: "0",
    ROLES: "api",
    DATABASE_URL: database,
    REDIS_URL: redis.url,
    // Nobody is there: nothing that is started runs.
    ENGINE_URL: "grpc://127.0.0.1:9",
    LIMIT_POINTS_PER_USER: "100000000",
    MAX_QUEUED_PER_USER: "1000000",
    LOG_LEVEL: "error",
    NODE_ENV: "production",
    npm_lifecycle_event: "bench",
  };
  const servers = await serversOf("ours", {
    args: ["launch.mjs", "src/main.ts"],
    env,
    ready: /GraphQL\s+(http:\/\/\S+)/,
    stdin: "ignore",
  });
  return contender("this service", servers, [postgresPid, redisPid], () =>
    // One user starts all of them, and what they have waiting is counted each time.
    run(database, ["truncate simulations, events, simulation_documents, audit"]),
  );
}

async function pgBoss(server: string, postgresPid: number): Promise<Contender> {
  const database = await makeDatabase(server, "pgboss");
  const servers = await peers("pg-boss", { DATABASE_URL: database });
  return contender("Yoga + pg-boss", servers, [postgresPid], async () => {});
}

async function bullMq(): Promise<Contender> {
  const redis = await startRedis(["appendonly yes", "appendfsync always"]);
  ends.push(() => redis.kill());
  const servers = await peers("bullmq", { REDIS_URL: redis.url });
  return contender("Yoga + BullMQ", servers, [await pidOf(redis)], async () => {});
}

interface Server {
  readonly url: string;
  readonly pid: number;
}

function peers(name: string, env: Readonly<Record<string, string>>): Promise<Server[]> {
  const program = join("bench", "queues", `${name}.mjs`);
  const ready = /Ready (http:\/\/\S+)/;
  return serversOf(name, { args: [program], env: { ...env, NODE_ENV: "production" }, ready, stdin: "pipe" });
}

/** One after the other: the first one makes the tables. */
async function serversOf(
  name: string,
  options: Pick<ProgramOptions, "args" | "env" | "ready" | "stdin">,
): Promise<Server[]> {
  const servers: Server[] = [];
  for (let index = 1; index <= processes; index += 1) {
    const logFile = join(folder, `${name}-${index}.log`);
    const program = await startProgram({ ...options, cwd: root, startWithinMs: 60_000, logFile });
    ends.push(async () => {
      program.signal("SIGTERM");
      await program.exited;
    });
    const { origin } = new URL(program.ready);
    servers.push({ url: `${origin}/graphql`, pid: program.pid });
  }
  return servers;
}

function contender(
  name: string,
  servers: readonly Server[],
  stores: readonly number[],
  clear: () => Promise<void>,
): Contender {
  const urls = servers.map(({ url }) => url);
  const spent = () => ({
    servers: servers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0),
    stores: stores.reduce((sum, pid) => sum + cpuSecondsOfTree(pid), 0),
  });
  const check = (answer: string) => {
    if (!answer.includes('"status":"QUEUED"')) throw new Error(`${name} did not start one: ${answer}`);
  };
  const asked = { urls, inFlight, body: () => body, check };
  return {
    name,
    async turn(): Promise<Figures> {
      await clear();
      await load({ ...asked, seconds: 1 });
      const before = spent();
      const began = performance.now();
      const times = await load({ ...asked, seconds: secondsOfTurn });
      const tookS = (performance.now() - began) / 1_000;
      const after = spent();
      const [ofServers, ofStores] = [after.servers - before.servers, after.stores - before.stores];
      return {
        "a CPU second": times.length / (ofServers + ofStores),
        "a second": times.length / tookS,
        "p50 ms": quantile(times, 0.5),
        "p99 ms": quantile(times, 0.99),
        "CPU ms, servers": (1_000 * ofServers) / times.length,
        "CPU ms, stores": (1_000 * ofStores) / times.length,
      };
    },
  };
}

async function pidOf(redis: { command(text: string): Promise<string> }): Promise<number> {
  const pid = /process_id:(\d+)/.exec(await redis.command("INFO server"))?.[1];
  if (pid === undefined) throw new Error("Redis does not say its process id.");
  return Number(pid);
}

function told(figures: ReadonlyMap<string, Figures>): string {
  const columns = ["a CPU second", "a second", "p50 ms", "p99 ms", "CPU ms, servers", "CPU ms, stores"];
  const own = figures.get("this service")?.["a CPU second"] ?? Number.NaN;
  const rows = [...figures].map(([name, one]) => [
    name,
    ...columns.map((column) => rounded(one[column] ?? Number.NaN)),
    rounded(own / (one["a CPU second"] ?? Number.NaN)),
  ]);
  return (
    `Starts, durable; ${processes} processes each, ${inFlight} requests in flight, medians of ${rounds} turns of ` +
    `${secondsOfTurn} s; our replicas with ROLES=api and no engine:\n\n` +
    table(["", ...columns, "ours / it, a CPU second"], rows)
  );
}

/** From the lockfile that is there. */
function install(): void {
  const home = join(root, "bench", "queues");
  if (existsSync(join(home, "node_modules", "pg-boss")) && existsSync(join(home, "node_modules", "bullmq")))
    return;
  console.error("Installing pg-boss and BullMQ into bench/queues …");
  execFileSync("npm", ["ci", "--prefix", home, "--no-audit", "--no-fund"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}
