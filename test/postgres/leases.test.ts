// The contract of leases and admission, on each kind of database.
import { afterAll, beforeAll, describe } from "vitest";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { databases, type TestDatabase } from "../support/postgres.ts";
import { leasesContract } from "./leases-contract.ts";

describe.each(databases)("on $kind", ({ make }) => {
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

  leasesContract(
    () => database.store,
    () => database.leases,
  );
});
