// Ten thousand viewers on one replica that is killed: how long until each has had its next event from another one, by
// resuming, and what other requests to that one wait meanwhile.
//   npm run bench:failover -- [--viewers 10000]
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startCluster } from "../cluster/cluster.ts";
import type { CrowdOrders, FromCrowd } from "./failover/crowd.ts";
import { quantile, rounded } from "./support/contest.ts";

const { values } = parseArgs({
  options: {
    viewers: { type: "string", default: "10000" },
    simulations: { type: "string", default: "10" },
  },
});
const viewers = Number(values.viewers);
const simulations = Number(values.simulations);
const crowds = 2;
/** Other requests under way at a time, and the pause of each between two, ms. */
const askers = 4;
const askEveryMs = 25;

/** All of the crowd come from one address, as one user: only that is raised. */
const env = {
  LIMIT_SOCKETS_PER_USER: "100000",
  LIMIT_SOCKETS_PER_ADDRESS: "100000",
  LIMIT_SUBSCRIPTIONS_PER_USER: "100000",
  LIMIT_UNACKNOWLEDGED_PER_ADDRESS: "100000",
  LIMIT_POINTS_PER_USER: "100000000",
  LIMIT_FAILURES_PER_ADDRESS: "100000000",
};

async function ask(url: string, query: string, variables: object = {}): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

const start = `mutation ($input: StartSimulationInput!) { startSimulation(input: $input) { __typename ... on Simulation { id } } }`;
const list = "{ simulations(first: 10) { nodes { id status progress } } }";

const cluster = await startCluster({ replicas: 2, engines: 1, env });
try {
  const [first, second] = cluster.replicas;
  if (first === undefined || second === undefined) throw new Error("There are no two replicas.");
  const ids: string[] = [];
  for (let index = 0; index < simulations; index += 1) {
    // One event a second each.
    const input = { designId: "mm1", duration: 3_000, speed: 1 };
    const { startSimulation } = (await ask(second.url, start, { input })) as {
      startSimulation: { id: string };
    };
    ids.push(startSimulation.id);
  }
  const urls = [first, second].map(({ url }) => url.replace(/^http/, "ws"));
  const children = Array.from({ length: crowds }, () =>
    fork(join(import.meta.dirname, "failover", "crowd.ts")),
  );
  try {
    const told = (child: (typeof children)[number]) =>
      once(child, "message").then(([message]: FromCrowd[]) => message);
    console.error(`${viewers} viewers of ${simulations} simulations join ${first.name} …`);
    const joined = children.map(told);
    for (const child of children) {
      const orders: CrowdOrders = { kind: "join", urls, simulations: ids, viewers: viewers / crowds };
      child.send(orders);
    }
    await Promise.all(joined);
    const back = Promise.all(children.map(told));
    const killedAt = Date.now();
    await first.kill();
    console.error(`${first.name} is killed.`);
    let isOver = false;
    const waits: number[] = [];
    const asking = Array.from({ length: askers }, async () => {
      while (!isOver) {
        const askedAt = performance.now();
        await ask(second.url, list);
        waits.push(performance.now() - askedAt);
        await delay(askEveryMs);
      }
    });
    const stories = await back;
    isOver = true;
    await Promise.all(asking);
    const times = stories.flatMap((story) => (story?.kind === "back" ? story.at : []));
    const wrong = stories.flatMap((story) => (story?.kind === "back" ? story.wrong : []));
    const seconds = times.map((at) => (at - killedAt) / 1000);
    console.log(`${times.length} viewers had their next event from another replica:`);
    console.log(
      `  p50 ${rounded(quantile(seconds, 0.5))} s, p99 ${rounded(quantile(seconds, 0.99))} s, the last ${rounded(quantile(seconds, 1))} s after the kill`,
    );
    console.log(
      `  missing, doubled or refused: ${wrong.length}${wrong.length > 0 ? `, such as ${wrong[0]}` : ""}`,
    );
    console.log(
      `Other requests meanwhile: ${waits.length}, p50 ${rounded(quantile(waits, 0.5))} ms, p99 ${rounded(quantile(waits, 0.99))} ms`,
    );
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
} finally {
  await cluster.close();
}
