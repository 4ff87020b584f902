// What it costs to decide which simulation runs next and where, with few waiting and with many; the goal is a p99
// below 5 ms for each placement, however long the queue is. And who gets the places: half of all that waits is
// one project's.
//
//   npm run bench:queue [-- longest]
//
// `longest`: the longest queue, 100,000 when left out. One real Postgres that calls fsync, a database for each length.
import { startPostgres } from "../cluster/postgres.ts";
import type { Placement } from "../src/core/ports/leases.ts";
import type { Log } from "../src/core/ports/log.ts";
import { type OpenDatabase, openDatabase } from "../src/postgres/open.ts";
import { contest, quantile, rounded } from "./support/contest.ts";
import { fillSimulations, makeDatabase, run } from "./support/simulations.ts";
import { table } from "./support/table.ts";

const longest = Number(process.argv[2] ?? 100_000);
const lengths = [1_000, 10_000, longest];
const rounds = 5;
const projects = 100;
const usersOfProject = 20;
const hourMs = 3_600_000;

const placement: Placement = {
  engines: ["e1", "e2", "e3", "e4"].map((address) => ({ address, capacity: 64 })),
  limits: { total: 200, perProject: 32, perUser: 16, perEngine: 64 },
  batch: 32,
};

const decisions = {
  /** Calls in a turn, each of which finds so many places free. */
  one: { calls: 60, places: 1 },
  many: { calls: 6, places: 32 },
} as const;
/** Each of the other looks at the queue, in a turn. */
const looks = 10;

interface Queue {
  readonly length: number;
  readonly url: string;
  readonly database: OpenDatabase;
  /** ms, by what was done. */
  readonly times: Map<string, number[]>;
  /** Places that each project got. */
  readonly got: Map<string, number>;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const postgres = await startPostgres(["shared_buffers=512MB", "fsync=on", "full_page_writes=on"]);
const queues: Queue[] = [];
try {
  for (const length of lengths) queues.push(await make(length));
  await contest(
    queues.map((queue) => ({ name: queue.length.toLocaleString("en-US"), turn: () => turn(queue) })),
    rounds,
  );
  process.stdout.write(`\n${told(queues)}\n`);
} finally {
  for (const { database } of queues) await database.close();
  await postgres.close();
}

async function make(length: number): Promise<Queue> {
  const url = await makeDatabase(postgres.url, `queue_${length}`);
  const database = await openDatabase({ url, dataDir: "", log: silent });
  const project = `case when n % 2 = 0 then 'p0' else 'p' || h % ${projects} end`;
  await fillSimulations(url, {
    count: length,
    project,
    // Of the large project only one user is another's too.
    user: `${project} || '-u' || (h / 101) % ${usersOfProject}`,
    design: "'d' || h % 50",
    status: "'QUEUED'",
    from: Date.now() - hourMs,
    everyMs: Math.floor(hourMs / length),
  });
  for (const replica of ["r1", "r2", "r3"]) await database.leases.join(replica, hourMs);
  await database.leases.lead("r1", hourMs);
  const queue = { length, url, database, times: new Map(), got: new Map() };
  // Whatever runs before the measurement begins.
  while ((await database.leases.admit("r1", placement)).length > 0);
  return queue;
}

async function turn(queue: Queue): Promise<Record<string, number>> {
  const { leases, store } = queue.database;
  for (const [name, { calls, places }] of Object.entries(decisions)) {
    for (let call = 0; call < calls; call += 1) {
      await end(queue, places);
      const admitted = await timed(queue, name, () => leases.admit("r1", placement));
      if (admitted.length !== places) throw new Error(`${places} were free, ${admitted.length} were taken.`);
      for (const { simulation } of admitted) {
        queue.got.set(simulation.projectId, (queue.got.get(simulation.projectId) ?? 0) + 1);
      }
    }
  }
  for (let look = 0; look < looks; look += 1) {
    await timed(queue, "overdue", () => leases.overdue(50));
    await timed(queue, "design", () => leases.awaitingDesign(8));
    const page = { limit: 20, fromEnd: false };
    const admin = { userId: "root", roles: new Map(), admin: true };
    const { simulations } = await store.list(admin, { statuses: ["QUEUED"] }, page);
    await timed(queue, "positions", () => store.queuePositions(simulations.map(({ id }) => id)));
  }
  return Object.fromEntries([...queue.times].map(([name, all]) => [`${name} ms`, quantile(all, 0.5)]));
}

/** So many that run come to their end, any of them; as many new ones of their users queue up. */
async function end({ url }: Queue, count: number): Promise<void> {
  const ms = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
  const id = `(lpad(to_hex(${ms} >> 16), 8, '0') || '-' || lpad(to_hex(${ms} & 65535), 4, '0') || '-7'
    || substr(gen_random_uuid()::text, 16))::uuid`;
  await run(url, [
    `with ended as (
        update simulations set status = 'COMPLETED', end_time = now() where id in (
          select id from simulations where status in ('STARTING', 'RUNNING', 'PAUSED') order by random() limit ${count}
        ) returning id
      )
      insert into simulations
      select (jsonb_populate_record(s, jsonb_build_object('id', ${id}, 'created_at', clock_timestamp(),
        'status', 'QUEUED', 'owner', null, 'engine', null, 'version', 0, 'last_seq', 1, 'last_status_seq', 1,
        'fencing_token', 0))).*
      from simulations s join ended using (id)`,
  ]);
}

async function timed<T>({ times }: Queue, name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  const all = times.get(name) ?? [];
  all.push(performance.now() - began);
  times.set(name, all);
  return result;
}

function told(all: readonly Queue[]): string {
  const titles: Record<string, readonly [name: string, title: string, by: number]> = {
    one: ["one", "placement of one, a place being free", 1],
    call: ["many", `call that places ${decisions.many.places}`, 1],
    each: ["many", "the same, for each of them", decisions.many.places],
    overdue: ["overdue", "who has waited too long", 1],
    design: ["design", "whose design is missing", 1],
    positions: ["positions", "places of 20 in the queue, for the API", 1],
  };
  const rows = Object.values(titles).map(([name, title, by]) => {
    const of = (queue: Queue, q: number) => quantile(queue.times.get(name) ?? [], q) / by;
    const cells = all.flatMap((queue) => [0.5, 0.99].map((q) => of(queue, q).toFixed(2)));
    const [shortest, last] = [all[0], all.at(-1)];
    const ratio = shortest && last ? of(last, 0.5) / of(shortest, 0.5) : Number.NaN;
    return [title, ...cells, ratio.toFixed(2)];
  });
  const columns = all.flatMap(({ length }) => [`p50, ${length / 1_000} k`, `p99, ${length / 1_000} k`]);
  return [
    `ms, with so many of ${projects} projects waiting and ${placement.limits.total} running:`,
    table(["", ...columns, "ratio of p50"], rows),
    ...all.map(fairness),
  ].join("\n\n");
}

/** Half of what waits is one project's. */
function fairness({ length, got }: Queue): string {
  const others = [...got].filter(([project]) => project !== "p0").map(([, count]) => count);
  const [least, middle, most] = [0, 0.5, 1].map((q) => rounded(quantile(others, q)));
  return (
    `Of ${length.toLocaleString("en-US")} that wait, half are p0's: it got ${got.get("p0") ?? 0} places; each of ` +
    `${others.length} others ${least} at least, ${middle} in the middle, ${most} at most.`
  );
}
