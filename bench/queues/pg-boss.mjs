// Jobs by pg-boss, in the Postgres of DATABASE_URL.
import { PgBoss } from "pg-boss";
import { serve } from "./serve.mjs";

const queue = "simulations";
const boss = new PgBoss({
  connectionString: process.env.DATABASE_URL,
  // As many connections as a replica of the service has for this.
  max: 8,
  // Another process's business.
  supervise: false,
  schedule: false,
});
boss.on("error", (/** @type {unknown} */ error) => console.error(error));
await boss.start();
await boss.createQueue(queue);
serve(async (input) => {
  const id = await boss.send(queue, input);
  if (id === null) throw new Error("The job was not taken.");
  return id;
});
