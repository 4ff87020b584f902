// The audit trail's contract, on each kind of database.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../src/core/ports/audit.ts";
import { serviceViewer, type Viewer } from "../../src/core/viewer.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { databases, type TestDatabase } from "../support/postgres.ts";
import { nextProject } from "./drafts.ts";

const entry: AuditEntry = {
  userId: "ann",
  action: "stopSimulation",
  subject: "0198b2c0-0000-7000-8000-000000000001",
  simulationId: "0198b2c0-0000-7000-8000-000000000001",
  projectId: null,
  transport: "http",
  address: "192.0.2.1",
  result: "DONE",
  correlationId: "c-1",
};

describe.each(databases)("the audit trail on $kind", ({ make }) => {
  let test: TestDatabase;
  let database: OpenDatabase;

  beforeAll(async () => {
    test = await make();
    database = await test.open();
  });

  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const idsRead = async (viewer: Viewer, filter: { projectId?: string; userId?: string } = {}) =>
    (await database.audit.read(viewer, filter, 100)).records.map(({ subject }) => subject);

  it("is read as written, the newest first", async () => {
    const projectId = nextProject();
    await database.audit.write([{ ...entry, projectId, subject: "first" }]);
    await database.audit.write([{ ...entry, projectId, subject: "second", result: "FORBIDDEN" }]);
    const { records, hasMore } = await database.audit.read(serviceViewer, { projectId }, 10);
    expect(hasMore).toBe(false);
    expect(records).toMatchObject([
      { ...entry, projectId, subject: "second", result: "FORBIDDEN" },
      { ...entry, projectId, subject: "first" },
    ]);
    expect(records[0]?.at).toBeInstanceOf(Date);
  });

  it("is read in pages", async () => {
    const projectId = nextProject();
    await database.audit.write(["1", "2", "3"].map((subject) => ({ ...entry, projectId, subject })));
    const first = await database.audit.read(serviceViewer, { projectId }, 2);
    expect(first.hasMore).toBe(true);
    const rest = await database.audit.read(serviceViewer, { projectId }, 2, first.records.at(-1)?.id);
    expect(rest.hasMore).toBe(false);
    expect([...first.records, ...rest.records].map(({ subject }) => subject)).toEqual(["3", "2", "1"]);
    const page = database.audit.read(serviceViewer, { projectId }, 2, "nothing");
    await expect(page).rejects.toMatchObject({ code: "BAD_INPUT", details: { path: "after" } });
  });

  it("is shown to whoever administers the project, and to whoever did it", async () => {
    const projectId = nextProject();
    const userId = `user-of-${projectId}`;
    await database.audit.write([{ ...entry, projectId, userId, subject: "theirs" }]);
    const as = (role: "viewer" | "operator" | "admin"): Viewer => ({
      userId: "bob",
      roles: new Map([[projectId, role]]),
      admin: false,
    });
    expect(await idsRead(as("admin"), { projectId })).toEqual(["theirs"]);
    expect(await idsRead(as("operator"), { projectId })).toEqual([]);
    expect(await idsRead(as("viewer"), { projectId })).toEqual([]);
    expect(await idsRead({ userId, roles: new Map(), admin: false })).toEqual(["theirs"]);
    expect(await idsRead(serviceViewer, { userId })).toEqual(["theirs"]);
  });

  it("forgets nothing that is younger", async () => {
    const projectId = nextProject();
    await database.audit.write([{ ...entry, projectId, subject: "young" }]);
    expect(await database.audit.forget(3_600_000, 10)).toBe(false);
    expect(await idsRead(serviceViewer, { projectId })).toEqual(["young"]);
    while (await database.audit.forget(-60_000, 1));
    expect(await idsRead(serviceViewer, { projectId })).toEqual([]);
  });
});

describe.each(databases)("sessions and announcements on $kind", ({ make }) => {
  let test: TestDatabase;
  let database: OpenDatabase;

  beforeAll(async () => {
    test = await make();
    database = await test.open();
  });

  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  it("tell of a revocation, whose moment only goes forward", async () => {
    const { revocations } = database;
    const first = await revocations.revoke("eve", "root");
    const second = await revocations.revoke("eve", "root");
    expect(second.at.getTime()).toBeGreaterThanOrEqual(first.at.getTime());
    expect((await revocations.recent(60_000)).filter(({ userId }) => userId === "eve")).toEqual([second]);
    await revocations.forget(60_000);
    expect(await revocations.recent(60_000)).toHaveLength(1);
    await revocations.forget(-60_000);
    expect(await revocations.recent(60_000)).toEqual([]);
  });

  it("show an announcement for as long as it stands", async () => {
    const { announcements } = database;
    const toAll = await announcements.announce("Maintenance at ten.", null, "root", 60_000);
    const toOne = await announcements.announce("Call me.", "ann", "root", 60_000);
    await announcements.announce("Over.", null, "root", 0);
    expect(toOne.until.getTime() - toOne.at.getTime()).toBe(60_000);
    expect(await announcements.standing(10)).toEqual([toAll, toOne]);
    expect(await announcements.standing(1)).toEqual([toOne]);
    await announcements.forget(0);
    expect(await announcements.standing(10)).toEqual([toAll, toOne]);
  });
});
