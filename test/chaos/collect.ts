// What is there after quiet: the rows and logs of the database, and the runs that the engines still have.
import { connectFleet } from "../../src/clients/engine/fleet.ts";
import type { EngineRunState } from "../../src/core/ports/engines.ts";
import type { Written } from "./audit.ts";
import { contentOf } from "./content.ts";
import { monotonicMs } from "./history.ts";
import { readLedgers } from "./ledgers.ts";
import type { EndEvent, EndRow, EndRun, EndState, Issued, Observed, Remainder } from "./oracle/end-state.ts";
import type { World } from "./world.ts";

const stillRunning: readonly EngineRunState[] = ["QUEUED", "RUNNING", "PAUSED"];

export interface Known {
  readonly written: readonly Written[];
  /** host:port of those that are asked for their runs. */
  readonly engines: readonly string[];
  /** As set. */
  readonly orphanTimeoutMs: number;
  readonly observed: readonly Observed[];
}

export async function collect(
  world: World,
  { written, engines, orphanTimeoutMs, observed }: Known,
): Promise<EndState> {
  const rows = await endRows(world);
  return {
    readAt: monotonicMs(),
    rows,
    events: await endEvents(world, written),
    runs: await endRuns(world, engines),
    ...readLedgers(world.cluster.engines),
    issued: issuedBy(written),
    orphanTimeoutMs,
    remainders: await remainders(world, rows),
    counted: [],
    observed,
  };
}

async function endRows({ audit }: World): Promise<EndRow[]> {
  type Row = Omit<EndRow, "token" | "createdAt" | "endedAt" | "waiting"> & {
    token: string;
    waiting: { message: string } | null;
    created_at: Date;
    end_time: Date | null;
  };
  const rows =
    await audit.rows<Row>(`select id, user_id as user, project_id as project, idempotency_key as key,
    status, desired_status as desired, waiting, stale_reason as stale, last_seq as "lastSeq", attempt, owner,
    fencing_token as token, engine, created_at, end_time from simulations`);
  return rows.map(({ token, waiting, created_at, end_time, ...row }) => ({
    ...row,
    token: Number(token),
    waiting: waiting?.message ?? null,
    createdAt: created_at.getTime(),
    endedAt: end_time?.getTime() ?? null,
  }));
}

async function endEvents(world: World, written: readonly Written[]): Promise<EndEvent[]> {
  type Row = {
    simulation_id: string;
    seq: number;
    type: EndEvent["type"];
    at: Date;
    simulated_time: number;
    engine_seq: string | null;
    body: Record<string, unknown> & {
      status?: EndEvent["status"];
      attempt?: number;
      replay?: boolean;
      code?: string;
    };
  };
  const tokens = writersTokens(world, written);
  const events: EndEvent[] = [];
  // In pages: a long run has more than one answer should hold.
  for (let after = "00000000-0000-0000-0000-000000000000"; ; ) {
    const rows = await world.audit.rows<Row>(
      `select simulation_id, seq, type, at, simulated_time, engine_seq, body from events where simulation_id in
        (select id from simulations where id > $1 order by id limit 40) order by simulation_id, seq`,
      [after],
    );
    if (rows.length === 0) return events;
    for (const row of rows) {
      const { simulation_id: simulation, seq, type, at, engine_seq, body } = row;
      const engineSeq = engine_seq === null ? null : Number(engine_seq);
      events.push({
        simulation,
        seq,
        type,
        status: type === "STATUS_CHANGED" ? (body.status ?? null) : null,
        code: type === "LOG_EMITTED" ? (body.code ?? null) : null,
        at: at.getTime(),
        engineSeq,
        begins:
          type === "ATTEMPT_STARTED" ? { attempt: body.attempt ?? 0, replay: body.replay ?? false } : null,
        attempt: null,
        token: engineSeq === null ? null : (tokens.get(`${simulation}/${seq}`) ?? null),
        own: contentOf(row),
      });
    }
    after = rows.at(-1)?.simulation_id ?? after;
  }
}

/**
 * The token that the writer of each engine event had. It is that of the row where the writer was the row's owner; a
 * writer that was not had an older one, of when it was, or none (0).
 */
function writersTokens(world: World, written: readonly Written[]): Map<string, number> {
  const tokens = new Map<string, number>();
  const held = new Map<string, number>();
  for (const { simulation, firstSeq, lastSeq, engineEvents, writer, owner, token } of written) {
    if (engineEvents === 0) continue;
    const id = world.cluster.replicaIds.get(writer);
    const lawful = owner === null || id === undefined || owner === id;
    if (lawful) held.set(`${simulation}/${writer}`, token);
    const own = lawful ? token : (held.get(`${simulation}/${writer}`) ?? 0);
    for (let seq = firstSeq; seq <= lastSeq; seq += 1) tokens.set(`${simulation}/${seq}`, own);
  }
  return tokens;
}

function issuedBy(written: readonly Written[]): Issued[] {
  const issued = new Map<string, Issued>();
  for (const { simulation, token, at } of written) {
    const name = `${simulation} ${token}`;
    if (!issued.has(name)) issued.set(name, { simulation, token, at });
  }
  return [...issued.values()];
}

async function endRuns({ audit }: World, engines: readonly string[]): Promise<EndRun[]> {
  const [installation] = await audit.rows<{ id: string }>("select id from installation");
  const fleet = connectFleet(engines, installation?.id ?? "");
  try {
    const lists = await Promise.all(
      fleet.engines.map(async (engine) =>
        (await engine.list()).map(({ simulationId, attempt, state }) => ({
          engine: engine.address,
          simulation: simulationId,
          attempt,
          token: null,
          state,
        })),
      ),
    );
    return lists.flat();
  } finally {
    await fleet.close();
  }
}

/** How many runs of simulations that have ended, or that nobody knows, engines still have under way. */
export async function leftoverRuns(world: World, engines: readonly string[]): Promise<number> {
  const runs = await endRuns(world, engines);
  const active = new Set((await world.audit.active()).map(({ id }) => id));
  return runs.filter(({ simulation, state }) => stillRunning.includes(state) && !active.has(simulation))
    .length;
}

async function remainders({ audit, cluster }: World, rows: readonly EndRow[]): Promise<readonly Remainder[]> {
  const living = new Set(cluster.replicas.filter(({ running }) => running).map(({ id }) => id));
  const leases = await audit.rows<{ id: string }>("select id from replicas where expires_at > now()");
  const dead = leases.filter(({ id }) => !living.has(id)).length;
  const held = rows.filter(({ owner, endedAt }) => owner !== null && endedAt === null && !living.has(owner));
  return [
    { where: "the database", what: "leases of replicas that are gone", count: dead },
    { where: "the database", what: "simulations owned by replicas that are gone", count: held.length },
  ];
}
