// The store's contract, on each kind of database.
import { afterAll, beforeAll, describe } from "vitest";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { databases, type TestDatabase } from "../support/postgres.ts";
import { changeContract } from "./change-contract.ts";
import { readContract } from "./read-contract.ts";

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

  describe("create and change", () => changeContract(() => database.store));
  describe("reads", () => readContract(() => database.store));
});
