// The audit trail. The order of ids, which hold the moment, is the order of the trail.
import { type RawBuilder, sql } from "kysely";
import { v7 as uuid } from "uuid";
import type { Audit, AuditEntry, AuditFilter, AuditRecord } from "../core/ports/audit.ts";
import { firstIdAt } from "../core/simulation-id.ts";
import { projectsOf, type Viewer } from "../core/viewer.ts";
import { asking } from "./errors.ts";
import { allOf } from "./filters.ts";
import { databaseJson } from "./json.ts";
import { kept } from "./kept-statements.ts";
import type { Database } from "./schema.ts";
import { cursorIn, uuidOf } from "./uuid.ts";

interface AuditDatabases {
  readonly reads: Database;
  readonly writes: Database;
}

export function auditOn({ reads, writes }: AuditDatabases): Audit {
  return {
    write: (entries) => asking(() => write(writes, entries)),
    read: (viewer, filter, limit, after) =>
      asking(async () => {
        const { rows } = await sql<AuditRecord>`
          select id, at, user_id as "userId", action, subject, simulation_id as "simulationId",
            project_id as "projectId", transport, address, result, correlation_id as "correlationId"
          from audit where ${allOf([readableBy(viewer), ...named(filter), ...follows(after)])}
          order by id desc limit ${limit + 1}`.execute(reads);
        return { records: rows.slice(0, limit), hasMore: rows.length > limit };
      }),
    forget: (olderThanMs, limit) =>
      asking(async () => {
        // By the ids, which this process's clock has made: days do not depend on seconds.
        const { rows } = await sql`
          delete from audit where id in (
            select id from audit where id < ${firstIdAt(new Date(Date.now() - olderThanMs))}::uuid
            order by id limit ${limit}
          ) returning id`.execute(writes);
        return rows.length === limit;
      }),
  };
}

async function write(db: Database, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const records = entries.map((it) => ({
    id: uuid(),
    user_id: it.userId,
    action: it.action,
    subject: it.subject,
    simulation_id: it.simulationId === null ? null : uuidOf(it.simulationId),
    project_id: it.projectId,
    transport: it.transport,
    address: it.address,
    result: it.result,
    correlation_id: it.correlationId,
  }));
  await sql`${sql.raw(kept)}
    insert into audit (id, at, user_id, action, subject, simulation_id, project_id, transport, address, result,
      correlation_id)
    select r.id, clock_timestamp(), r.user_id, r.action, r.subject, r.simulation_id, r.project_id, r.transport,
      r.address, r.result, r.correlation_id
    from json_to_recordset(${databaseJson(records)}::json) as r(id uuid, user_id text, action text, subject text,
      simulation_id uuid, project_id text, transport text, address text, result text, correlation_id text)`.execute(
    db,
  );
}

function readableBy(viewer: Viewer): RawBuilder<boolean> {
  if (viewer.admin) return sql<boolean>`true`;
  const own = sql<boolean>`user_id = ${viewer.userId}`;
  const projects = projectsOf(viewer, "admin");
  return projects.length === 0 ? own : sql<boolean>`(${own} or project_id = any(${[...projects]}::text[]))`;
}

function named({ userId, action, projectId, simulationId }: AuditFilter): RawBuilder<boolean>[] {
  return [
    ...(userId === undefined ? [] : [sql<boolean>`user_id = ${userId}`]),
    ...(action === undefined ? [] : [sql<boolean>`action = ${action}`]),
    ...(projectId === undefined ? [] : [sql<boolean>`project_id = ${projectId}`]),
    ...(simulationId === undefined ? [] : [sql<boolean>`simulation_id = ${uuidOf(simulationId)}::uuid`]),
  ];
}

function follows(after: string | undefined): RawBuilder<boolean>[] {
  return after === undefined ? [] : [sql<boolean>`id < ${cursorIn(after, "after")}::uuid`];
}
