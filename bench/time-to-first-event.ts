// From `npm start` to the first simulated event at a client: cold (no data folder) and warm.
//
//   npm run time-to-first-event [-- rounds]
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";

const root = fileURLToPath(new URL("..", import.meta.url));
const rounds = Number(process.argv[2] ?? 3);

const cold: Times[] = [];
const warm: Times[] = [];
for (let round = 0; round < rounds; round++) {
  const folder = await mkdtemp(join(tmpdir(), "first-event-"));
  try {
    cold.push(await measure(join(folder, "data")));
    warm.push(await measure(join(folder, "data")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
print("cold, no data folder", cold);
print("warm", warm);

interface Times {
  /** Seconds from the start of `npm start`. */
  readonly listening: number;
  readonly firstEvent: number;
}

async function measure(dataDir: string): Promise<Times> {
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  const child = spawn("npm", ["start"], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, PORT: "0", DATA_DIR: dataDir },
    detached: true,
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let out = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        out += text;
        const found = /GraphQL\s+(http:\/\/\S+)/.exec(out)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once("exit", () => reject(new Error(`npm start ended:\n${out}`)));
    });
    const listening = since();
    await firstEvent(url);
    return { listening, firstEvent: since() };
  } finally {
    await end(child.pid ?? 0, child);
  }
}

async function firstEvent(url: string): Promise<void> {
  const query = `mutation { startSimulation(input: { designId: "online-boutique" }) { ... on Simulation { id } } }`;
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const id = /"id":"([^"]+)"/.exec(await response.text())?.[1];
  if (id === undefined) throw new Error("The simulation was not started.");
  const socket = new WebSocket(url.replace("http", "ws"), "graphql-transport-ws");
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => socket.send(JSON.stringify({ type: "connection_init" })));
    socket.on("message", (data) => {
      const text = String(data);
      if (text.includes('"connection_ack"')) {
        const events = `subscription { simulationEvents(simulationId: "${id}", after: 0) { __typename seq simulatedTime } }`;
        socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query: events } }));
      }
      if (text.includes('"MetricsSampled"')) resolve();
    });
  });
  socket.close();
}

// npm, its shell and the service are one process group.
function end(pid: number, child: { once(event: "exit", listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    process.kill(-pid, "SIGTERM");
  });
}

function print(what: string, times: readonly Times[]): void {
  const list = (pick: (one: Times) => number) => times.map((one) => pick(one).toFixed(2)).join(", ");
  process.stdout.write(`${what}: listening after ${list((one) => one.listening)} s\n`);
  process.stdout.write(
    `${" ".repeat(what.length)}  first simulated event after ${list((one) => one.firstEvent)} s\n`,
  );
}
