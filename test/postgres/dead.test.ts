// A process that died is taken over from before its lease has run out; nobody else is.
import { afterEach, beforeEach, expect, it } from "vitest";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { type ServerDatabase, serverDatabase } from "../support/postgres.ts";
import { created } from "./drafts.ts";

const minute = 60_000;

let test: ServerDatabase;
let looking: OpenDatabase;
let other: OpenDatabase;

beforeEach(async () => {
  test = await serverDatabase();
  looking = await test.open();
  other = await test.open();
  await looking.leases.join("looking", minute);
  await other.leases.join("other", minute);
});

afterEach(async () => {
  await Promise.all([looking.close(), other.close()]);
  await test.drop();
});

const drivenByOther = () =>
  created(looking.store, { status: "RUNNING", run: { owner: "other", fencingToken: 5, engine: "e1" } });

/** Until the other replica has been silent for longer than the living are; the one who looks renews meanwhile. */
const silence = async () => {
  const isSilent = async () => {
    await looking.leases.renew("looking", minute);
    const ago = "clock_timestamp() - interval '1.3 s'";
    const rows = await test.sql(`select from replicas where id = 'other' and renewed_at < ${ago}`);
    return rows.length > 0;
  };
  await expect.poll(isSilent, { timeout: 5_000 }).toBe(true);
};

it("takes over from a replica whose connections have ended with it, once it is silent", async () => {
  const { id } = await drivenByOther();
  await other.close();
  expect(await looking.leases.claim("looking", 10)).toEqual([]);
  await silence();
  expect(await looking.leases.claim("looking", 10)).toMatchObject([{ simulation: { id }, token: 6 }]);
});

it("waits for the lease of a replica that is silent and still connected", async () => {
  await drivenByOther();
  await test.sql("update replicas set session = own.session from replicas own where own.id = 'looking'");
  await silence();
  expect(await looking.leases.claim("looking", 10)).toEqual([]);
});

it("waits for the lease where the one who looks lost its connections as well", async () => {
  await drivenByOther();
  await test.sql(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  await expect.poll(() => looking.leases.renew("looking", minute).catch(() => false)).toBe(true);
  await silence();
  expect(await looking.leases.claim("looking", 10)).toEqual([]);
});

it("waits for the lease where a release without sessions renewed it", async () => {
  await drivenByOther();
  await silence();
  await test.sql("update replicas set renewed_at = null, session = null where id = 'other'");
  await other.close();
  expect(await looking.leases.claim("looking", 10)).toEqual([]);
});
