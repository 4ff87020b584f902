// Jobs by BullMQ, in the Redis of REDIS_URL.
import { Queue } from "bullmq";
import { serve } from "./serve.mjs";

const { hostname, port } = new URL(process.env.REDIS_URL ?? "");
const queue = new Queue("simulations", { connection: { host: hostname, port: Number(port) } });
queue.on("error", (/** @type {unknown} */ error) => console.error(error));
await queue.waitUntilReady();
serve(async (input) => {
  const { id } = await queue.add("start", input);
  if (id === undefined) throw new Error("The job was not taken.");
  return id;
});
