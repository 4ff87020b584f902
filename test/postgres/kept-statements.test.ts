// Statements that the server keeps, and what becomes of them where it does not.
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kept, StatementKeeper } from "../../src/postgres/kept-statements.ts";
import { type ServerDatabase, serverDatabase } from "../support/postgres.ts";

const text = `${kept} select $1::int + 1 as sum`;

let server: ServerDatabase;
let client: pg.Client;
beforeAll(async () => {
  server = await serverDatabase();
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
  new StatementKeeper().serve(client);
});
afterAll(async () => {
  await client.end();
  await server.drop();
});

async function keptThere(): Promise<number> {
  const { rows } = await client.query<{ many: number }>(
    "select count(*)::int as many from pg_prepared_statements where name <> ''",
  );
  return rows[0]?.many ?? 0;
}

const sum = async (one: number) => (await client.query<{ sum: number }>(text, [one])).rows[0]?.sum;

it("keeps what says so, once, and nothing else", async () => {
  expect([await sum(1), await sum(2)]).toEqual([2, 3]);
  await client.query("select $1::int", [1]);
  expect(await keptThere()).toBe(1);
});

it("keeps none any more on any connection where one was not there, as behind some poolers", async () => {
  await client.query("deallocate all");
  await expect(sum(3)).rejects.toMatchObject({ code: "26000" });
  expect([await sum(3), await sum(4)]).toEqual([4, 5]);
  expect(await keptThere()).toBe(0);
});
