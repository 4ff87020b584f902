// What a page of the list costs with few simulations and with many: each filter that docs/lists.md guarantees, both
// ways of paging, at three sizes in three databases of one real Postgres; the goal is that a million costs at most
// 1.5 times what a thousand does.
//
//   npm run bench:list [-- most]
//
// `most`: the largest size, 1,000,000 when left out.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "../cluster/postgres.ts";
import { startProgram } from "../cluster/programs.ts";
import type { Log } from "../src/core/ports/log.ts";
import type { PageRequest, SimulationFilter } from "../src/core/ports/store.ts";
import { firstIdAt } from "../src/core/simulation-id.ts";
import type { Viewer } from "../src/core/viewer.ts";
import { type OpenDatabase, openDatabase } from "../src/postgres/open.ts";
import { quantile } from "./support/contest.ts";
import { fillSimulations, makeDatabase } from "./support/simulations.ts";
import { table } from "./support/table.ts";

const most = Number(process.argv[2] ?? 1_000_000);
const sizes = [1_000, 100_000, most];
/** Pages of each case and size. */
const pages = 200;
const goal = 1.5;

const daysMs = 24 * 3_600_000;
const from = Date.UTC(2026, 0, 1);
/** All sizes spread over the same time. */
const spanMs = 90 * daysMs;

/** With the size grow users, projects and designs, as they do: a page is full at each size. */
interface Size {
  readonly count: number;
  readonly users: number;
  readonly projects: number;
  readonly designs: number;
  readonly url: string;
  readonly database: OpenDatabase;
}

interface Case {
  readonly name: string;
  readonly viewer?: (size: Size) => Viewer;
  readonly filter?: (size: Size) => SimulationFilter;
  readonly page?: (size: Size) => Partial<PageRequest>;
}

const admin: Viewer = { userId: "root", roles: new Map(), admin: true };
const drawn = (below: number) => Math.floor(Math.random() * below);
const userName = ({ users }: Size) => `u${drawn(users)}`;
const projectName = ({ projects }: Size) => `p${drawn(projects)}`;
const designName = ({ designs }: Size) => `d${drawn(designs)}`;
/** A moment that has at least a tenth of all before and behind it. */
const somewhere = () => from + spanMs * (0.1 + 0.8 * Math.random());
const cursor = () => firstIdAt(new Date(somewhere()));
const ended = ["COMPLETED", "STOPPED", "FAILED"] as const;

/** The id of the n-th, as the filling makes it. */
function idOf(n: number, { count }: Size): string {
  return firstIdAt(new Date(from + n * everyMs(count)))
    .replace("-0000-0000-", "-7000-8000-")
    .replace(/0{12}$/, n.toString(16).padStart(12, "0"));
}

function everyMs(count: number): number {
  return Math.floor(spanMs / count);
}

function member(size: Size): Viewer {
  const projects = [projectName(size), projectName(size), "main"];
  return { userId: userName(size), roles: new Map(projects.map((id) => [id, "viewer"])), admin: false };
}

const cases: readonly Case[] = [
  { name: "nothing, by an administrator" },
  { name: "nothing, by a member of three projects", viewer: member },
  {
    name: "ids, 20 of them",
    filter: (size) => ({ ids: Array.from({ length: 20 }, () => idOf(1 + drawn(size.count), size)) }),
  },
  { name: "statuses, one that most have", filter: () => ({ statuses: ["COMPLETED"] }) },
  {
    name: "statuses, under way",
    filter: () => ({ statuses: ["QUEUED", "STARTING", "RUNNING", "PAUSED"] }),
  },
  { name: "designId, of a fifth", filter: () => ({ designId: "nightly" }) },
  { name: "designId, of few", filter: (size) => ({ designId: designName(size) }) },
  { name: "projectId, of a fifth", filter: () => ({ projectId: "main" }) },
  { name: "projectId, of few", filter: (size) => ({ projectId: projectName(size) }) },
  { name: "userId", filter: (size) => ({ userId: userName(size) }) },
  {
    name: "mine",
    viewer: (size) => ({ userId: userName(size), roles: new Map(), admin: false }),
    filter: () => ({}),
  },
  { name: "createdAfter", filter: () => ({ createdAfter: new Date(somewhere()) }) },
  { name: "createdBefore", filter: () => ({ createdBefore: new Date(somewhere()) }) },
  {
    name: "all but ids, at once",
    filter: () => ({
      projectId: "main",
      userId: "robot",
      designId: "nightly",
      statuses: [...ended],
      createdAfter: new Date(from + spanMs * 0.05),
      createdBefore: new Date(somewhere()),
    }),
  },
  { name: "nothing, the last page", page: () => ({ fromEnd: true }) },
  { name: "nothing, after a cursor deep in the list", page: () => ({ after: cursor() }) },
  { name: "nothing, before a cursor deep in the list", page: () => ({ before: cursor(), fromEnd: true }) },
  {
    name: "a member's, after a cursor deep in the list",
    viewer: member,
    page: () => ({ after: cursor() }),
  },
  {
    name: "projectId of a fifth, before a deep cursor",
    filter: () => ({ projectId: "main" }),
    page: () => ({ before: cursor(), fromEnd: true }),
  },
];

/** What a dashboard shows of each row. */
const document = `query Dashboard($first: Int, $filter: SimulationFilter) {
  simulations(first: $first, filter: $filter) {
    edges { cursor node {
      id designId designName designRevision projectId userId status desiredStatus failure { code message } progress
      simulatedTime duration speed desiredSpeed seed attempt lastSeq labels staleReason waiting { code message }
      createdAt startTime endTime
    } }
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
  }
}`;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const folder = mkdtempSync(join(tmpdir(), "bench-list-"));
const postgres = await startPostgres(["shared_buffers=1GB", "max_wal_size=4GB"]);
const ends: (() => Promise<unknown>)[] = [];
try {
  const made: Size[] = [];
  for (const count of sizes) {
    const began = performance.now();
    made.push(await make(count));
    console.error(
      `  ${count.toLocaleString("en-US")} simulations made in ${seconds(performance.now() - began)}`,
    );
  }
  const rows: string[][] = [];
  for (const one of cases) rows.push(await measured(one.name, made, (size) => page(one, size)));
  rows.push(await overHttp(made));
  process.stdout.write(
    `\nA page of 20, ms; ${pages} pages for each figure, sizes in turn:\n\n${table(head(made), rows)}\n`,
  );
  const missed = rows.filter((row) => Number(row.at(-1)) > goal).map(([name]) => name);
  process.stdout.write(
    missed.length === 0
      ? `\nEach costs at the largest size at most ${goal} times what it costs at the smallest.\n`
      : `\nMore than ${goal} times: ${missed.join("; ")}.\n`,
  );
} finally {
  for (const end of ends.reverse()) await end();
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
}

async function make(count: number): Promise<Size> {
  const url = await makeDatabase(postgres.url, `list_${count}`);
  const database = await openDatabase({ url, dataDir: "", log: silent });
  ends.push(() => database.close());
  const [users, projects, designs] = [count / 50, count / 100, count / 50];
  // A robot that tests one design of one project each night makes a fifth; the newest sixty are under way.
  const human = (name: string) => `case when n % 5 = 0 then ${name} end`;
  await fillSimulations(url, {
    count,
    user: `coalesce(${human("'robot'")}, 'u' || h % ${users})`,
    project: `coalesce(${human("'main'")}, 'p' || h % ${users} % ${projects})`,
    design: `coalesce(${human("'nightly'")}, 'd' || (h / 977) % ${designs})`,
    status: `case when n > ${count - 10} then 'QUEUED' when n > ${count - 15} then 'STARTING'
      when n > ${count - 55} then 'RUNNING' when n > ${count - 60} then 'PAUSED'
      when (h / 13) % 100 < 80 then 'COMPLETED' when (h / 13) % 100 < 92 then 'STOPPED' else 'FAILED' end`,
    from,
    everyMs: everyMs(count),
    owner: "'replica-' || n % 3",
    engine: "'engine-' || n % 2",
  });
  return { count, users, projects, designs, url, database };
}

async function page({ viewer, filter, page }: Case, size: Size): Promise<() => Promise<unknown>> {
  const request = { limit: 20, fromEnd: false, ...page?.(size) };
  const [who, what] = [viewer?.(size) ?? admin, filter?.(size) ?? {}];
  return () => size.database.store.list(who, what, request);
}

/** A row of the table. `prepare`: draws what is asked for, and gives the call that is timed. */
async function measured(
  name: string,
  made: readonly Size[],
  prepare: (size: Size) => Promise<() => Promise<unknown>>,
): Promise<string[]> {
  const times = new Map<Size, number[]>(made.map((size) => [size, []]));
  for (let round = -20; round < pages; round += 1) {
    // Each size first as often as the others.
    for (let turn = 0; turn < made.length; turn += 1) {
      const size = made[(turn + round + 21) % made.length];
      if (size === undefined) continue;
      const ask = await prepare(size);
      const began = performance.now();
      await ask();
      if (round >= 0) times.get(size)?.push(performance.now() - began);
    }
  }
  const medians = made.map((size) => quantile(times.get(size) ?? [], 0.5));
  const cells = made.flatMap((size) => [0.5, 0.99].map((q) => quantile(times.get(size) ?? [], q).toFixed(2)));
  const ratio = (medians.at(-1) ?? Number.NaN) / (medians[0] ?? Number.NaN);
  return [name, ...cells, ratio.toFixed(2)];
}

/** One of them as a browser asks it: the whole way through a replica that serves the API, over a connection that stays. */
async function overHttp(made: readonly Size[]): Promise<string[]> {
  const urls = new Map<Size, string>();
  for (const size of made) {
    const replica = await startProgram({
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      args: ["launch.mjs", "src/main.ts"],
      env: {
        PORT: "0",
        ROLES: "api",
        DATABASE_URL: size.url,
        // Nobody is there, and for reading nobody needs to be.
        ENGINE_URL: "grpc://127.0.0.1:9",
        LIMIT_POINTS_PER_USER: "100000000",
        LOG_LEVEL: "error",
        npm_lifecycle_event: "bench",
      },
      ready: /GraphQL\s+(http:\/\/\S+)/,
      startWithinMs: 60_000,
      logFile: join(folder, `${size.count}.log`),
      stdin: "ignore",
    });
    urls.set(size, replica.ready);
    ends.push(async () => {
      replica.signal("SIGTERM");
      await replica.exited;
    });
  }
  return measured("projectId of few, GraphQL over HTTP", made, async (size) => {
    const body = JSON.stringify({
      query: document,
      variables: { first: 20, filter: { projectId: projectName(size) } },
    });
    return async () => {
      const response = await fetch(urls.get(size) ?? "", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      const text = await response.text();
      if (!text.startsWith('{"data":{"simulations":{"edges":[{')) throw new Error(`No page: ${text}`);
    };
  });
}

function head(made: readonly Size[]): string[] {
  const columns = made.flatMap(({ count }) => {
    const size = count >= 1_000_000 ? `${count / 1_000_000} M` : `${count / 1_000} k`;
    return [`p50, ${size}`, `p99, ${size}`];
  });
  return ["filter", ...columns, "ratio of p50"];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
