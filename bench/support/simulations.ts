// Many simulations at once, made by the database itself beside the service: rows as the store would have written
// them at the end of their runs, or in the queue.
import pg from "pg";

export interface Filling {
  readonly count: number;
  /** SQL over the number `n`, from 1 in the order of creation, and `h`, a number of 31 bits that is as good as drawn. */
  readonly project: string;
  readonly user: string;
  readonly design: string;
  readonly status: string;
  /** The first one's creation, ms since 1970. */
  readonly from: number;
  /** Between two creations, ms; more than 0, whole. */
  readonly everyMs: number;
  /** SQL for those that run; null when left out. */
  readonly owner?: string;
  readonly engine?: string;
}

/** Ends with VACUUM and ANALYZE, as an old table has had them. Ids are UUIDv7s of the moments of creation. */
export async function fillSimulations(url: string, filling: Filling): Promise<void> {
  const { count, project, user, design, status, from, everyMs, owner = "null", engine = "null" } = filling;
  await run(url, [
    // Built at the end the indices cost a third.
    "set maintenance_work_mem = '512MB'",
    `do $$ declare one record; definitions text[] := '{}'; begin
      for one in select indexname, indexdef from pg_indexes
        where tablename = 'simulations' and indexname <> 'simulations_pkey'
      loop
        definitions := definitions || one.indexdef;
        execute 'drop index ' || quote_ident(one.indexname);
      end loop;
      insert into simulations (id, project_id, user_id, design_id, created_at, design_revision, design_name, status,
        desired_status, failure, speed, desired_speed, seed, duration, progress, simulated_time, attempt, last_seq,
        version, last_status_seq, last_metrics_seq, restart_seq, labels, start_time, end_time, owner, fencing_token,
        engine, engine_deterministic, engine_seq, fresh_attempts, paused_ms, max_wall_time, max_pause, max_queue_time)
      select (lpad(to_hex(ms >> 16), 8, '0') || '-' || lpad(to_hex(ms & 65535), 4, '0') || '-7000-8000-'
          || lpad(to_hex(n), 12, '0'))::uuid,
        project_id, user_id, design_id, at, 1 + h % 40, initcap(design_id), status,
        case status when 'STOPPED' then 'STOPPED' when 'PAUSED' then 'PAUSED' else 'RUNNING' end,
        case status when 'FAILED' then '{"code": "ENGINE_FAILED", "message": "The engine gave up."}'::jsonb end,
        10, 10, h, 3600,
        case when has_ended then 1 when status = 'QUEUED' then 0 else 0.5 end,
        case when has_ended then 3600 when status = 'QUEUED' then 0 else 1800 end,
        case when status = 'QUEUED' then 0 else 1 end,
        case when status = 'QUEUED' then 1 else 3605 end, case when status = 'QUEUED' then 0 else 3610 end,
        case when status = 'QUEUED' then 1 else 3605 end, case when status = 'QUEUED' then 0 else 3604 end, 0,
        jsonb_build_object('environment', case when h % 4 = 0 then 'staging' else 'live' end, 'build', 'b' || n / 7),
        case when status <> 'QUEUED' then at + interval '2 s' end,
        case when has_ended then at + interval '6 min' end,
        case when has_ended or status = 'QUEUED' then null else ${owner} end,
        case when status = 'QUEUED' then 0 else 1 end,
        case when status = 'QUEUED' then null else ${engine} end,
        status <> 'QUEUED', case when status = 'QUEUED' then 0 else 3604 end, 0, 0, 86400, 28800, 86400
      from (
        select *, ${project} as project_id, ${user} as user_id, ${design} as design_id, ${status} as status,
          ${status} in ('COMPLETED', 'STOPPED', 'FAILED') as has_ended, to_timestamp(ms / 1000.0) as at
        from (
          select n, hashint4(n) & 2147483647 as h, ${from} + n::bigint * ${everyMs} as ms
          from generate_series(1, ${count}) as n
        ) as numbered
      ) as made;
      for at in 1 .. coalesce(array_length(definitions, 1), 0) loop
        execute definitions[at];
      end loop;
    end $$`,
    "vacuum (analyze) simulations",
  ]);
}

/** A new, empty database on that server; answers its URL. */
export async function makeDatabase(server: string, name: string): Promise<string> {
  await run(server, [`create database ${name}`]);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Statements, one after the other, on a connection of their own. */
export async function run(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
