// A million simulations, as a large installation has them: some projects, users and designs with most of them, many
// with few; nearly all have ended. They are made by the database itself, beside the service.
import { firstIdAt } from "../../src/core/simulation-id.ts";
import type { ServerDatabase } from "../support/postgres.ts";

/** Ids are UUIDv7s, one each ten seconds. Those of `alone` are few, and spread over all the time. */
export async function makeMany({ sql }: ServerDatabase, count: number): Promise<void> {
  const indices = await sql<{ indexname: string; indexdef: string }>(
    "select indexname, indexdef from pg_indexes where tablename = 'simulations' and indexname <> 'simulations_pkey'",
  );
  // Built at the end, and without a log of it, the indices cost a third.
  await sql(`
    set maintenance_work_mem = '512MB';
    alter table simulations set unlogged;
    ${indices.map(({ indexname }) => `drop index ${indexname}`).join(";")};
    insert into simulations (id, project_id, user_id, design_id, created_at, status, desired_status, speed,
      desired_speed, seed, progress, simulated_time, attempt, last_seq, version, last_status_seq,
      last_metrics_seq, restart_seq, labels, fencing_token, engine_deterministic, engine_seq, fresh_attempts,
      paused_ms, max_wall_time, max_pause, max_queue_time)
    select (lpad(to_hex(ms >> 16), 8, '0') || '-' || lpad(to_hex(ms & 65535), 4, '0') || '-7000-8000-'
        || lpad(to_hex(n), 12, '0'))::uuid,
      case when n % 50000 = 7 then 'alone' when n % 2 = 0 then 'main' else 'p' || n % 1999 end,
      case when n % 50000 = 8 then 'alone' when n % 3 = 0 then 'robot' else 'u' || n % 4999 end,
      case when n % 50000 = 9 then 'alone' when n % 5 < 3 then 'nightly' else 'd' || n % 2999 end,
      to_timestamp(ms / 1000.0),
      case when n % 100003 = 0 then 'PAUSED' when n > ${count} - 200 then 'RUNNING' when n % 10 = 0 then 'FAILED'
        when n % 10 = 1 then 'STOPPED' else 'COMPLETED' end,
      'RUNNING', 10, 10, 1, 1, 60, 1, 9, 9, 9, 8, 0,
      jsonb_build_object('env', case when n % 4 = 0 then 'test' else 'live' end, 'build', 'b' || n % 1000),
      1, true, 9, 0, 0, 3600, 3600, 3600
    from (select n, 1700000000000 + n::bigint * 10000 as ms from generate_series(1, ${count}) as n) as numbered;
    ${indices.map(({ indexdef }) => indexdef).join(";")}`);
  await sql("vacuum (analyze) simulations");
}

/** The id of the n-th of them, from 1. */
export function idOf(n: number): string {
  return firstIdAt(momentOf(n))
    .replace("-0000-0000-", "-7000-8000-")
    .replace(/0{12}$/, n.toString(16).padStart(12, "0"));
}

/** When the n-th of them was made. */
export function momentOf(n: number): Date {
  return new Date(1_700_000_000_000 + n * 10_000);
}
