// On a Postgres server, with Redis between the replicas.
import { type Contender, contest, type Figures, rounded } from "../support/contest.ts";
import { cpuSeconds, cpuSecondsOfTree } from "../support/cpu.ts";
import type { BareOrder } from "./bare.ts";
import type { EngineOrder } from "./engine.ts";
import { type Program, startProgram } from "./program.ts";
import { type Servers, startServers } from "./servers.ts";
import { checked, type IngestSettings, print, startBare, startReplica } from "./settings.ts";

export async function serverIngest(settings: IngestSettings): Promise<void> {
  const { rounds, seconds, inFlight, simulations, scratch } = settings;
  const servers = await startServers();
  const engine = settings.viaGrpc ? await startEngine() : undefined;
  const engineAddress = engine === undefined ? {} : { engine: await engine.ask("address") };
  const urls = { ours: await servers.database("ours"), bare: await servers.database("bare") };
  const redisUrl = servers.redis.url;
  const replica = await startReplica({
    url: urls.ours,
    redisUrl,
    dataDir: scratch,
    simulations,
    ...engineAddress,
  });
  const bare = await startBare({ url: urls.bare, dataDir: scratch, simulations });
  try {
    let rows = inFlight;
    const ours = async (): Promise<Figures> => {
      await servers.settle(urls.ours);
      const took = cpuOf(servers, replica);
      const answer = checked(await replica.ask({ kind: "saturate", inFlight, seconds }));
      const figures = { ...speed(answer, took()), "rows a transaction": answer.rows };
      const found = await servers.events(urls.ours);
      if (found !== answer.events)
        throw new Error(`${answer.events} events were stored, ${found} are there.`);
      rows = Math.round(answer.rows);
      return figures;
    };
    const limit = async (what: BareOrder["what"]): Promise<Figures> => {
      await servers.settle(urls.bare);
      const took = cpuOf(servers, bare);
      const answer = await bare.ask({ what, rows, seconds });
      return { ...speed(answer, took()), "rows a transaction": rows };
    };
    // Both have compiled what they run most, before it counts.
    await ours();
    await limit("same");
    const contenders: Contender[] = [
      { name: "ours", turn: ours },
      { name: "limit", turn: () => limit("same") },
      { name: "bare client, numbers as digits", turn: () => limit("digits") },
      { name: "limit, events alone", turn: () => limit("events") },
    ];
    const results = await contest(contenders, rounds);
    print(`Postgres, ${simulations} running simulations, ${inFlight} batches in flight`, results);
    const perSecond = (results.get("ours")?.["events/s"] ?? 0) / 2;
    await servers.settle(urls.ours);
    const steady = checked(await replica.ask({ kind: "steady", perSecond, seconds }));
    console.log(
      `\nAt half of that, ${rounded(perSecond)} events/s: wait for the commit p50 ${rounded(steady.p50)} ms, ` +
        `p99 ${rounded(steady.p99)} ms, ${rounded(steady.rows)} rows a transaction.`,
    );
  } finally {
    await Promise.all([replica.close(), bare.close(), engine?.close()]);
    await servers.close();
  }
}

export function startEngine(): Promise<Program<EngineOrder, string>> {
  return startProgram(`${import.meta.dirname}/engine.ts`, {});
}

/** From now on: CPU seconds of the program, and of Postgres. */
function cpuOf(servers: Servers, program: { readonly pid: number }) {
  const read = () => [cpuSeconds(program.pid), cpuSecondsOfTree(servers.postgresPid)] as const;
  const [clientBefore, postgresBefore] = read();
  return () => {
    const [client, postgres] = read();
    return { client: client - clientBefore, postgres: postgres - postgresBefore };
  };
}

function speed(
  { events, seconds }: { readonly events: number; readonly seconds: number },
  { client, postgres }: { readonly client: number; readonly postgres: number },
): Figures {
  return {
    "events/s": events / seconds,
    "events/CPU s": events / (client + postgres),
    "client's µs an event": (client / events) * 1e6,
    "Postgres's µs an event": (postgres / events) * 1e6,
  };
}
