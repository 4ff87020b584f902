// On the embedded database: everything is one process.
import { join } from "node:path";
import { type Contender, contest, type Figures, rounded } from "../support/contest.ts";
import { cpuSeconds } from "../support/cpu.ts";
import { checked, type IngestSettings, print, startBare, startReplica } from "./settings.ts";

export async function embeddedIngest(settings: IngestSettings): Promise<void> {
  const { rounds, seconds, inFlight, simulations, scratch } = settings;
  const replica = await startReplica({ dataDir: join(scratch, "ours"), simulations });
  const bare = await startBare({ dataDir: join(scratch, "bare"), simulations });
  try {
    let rows = inFlight;
    const ours = async (): Promise<Figures> => {
      const before = cpuSeconds(replica.pid);
      const answer = checked(await replica.ask({ kind: "saturate", inFlight, seconds }));
      rows = Math.round(answer.rows);
      return { ...speed(answer, cpuSeconds(replica.pid) - before), "rows a transaction": answer.rows };
    };
    const limit = async (): Promise<Figures> => {
      const before = cpuSeconds(bare.pid);
      const answer = await bare.ask({ what: "same", rows, seconds });
      return { ...speed(answer, cpuSeconds(bare.pid) - before), "rows a transaction": rows };
    };
    await ours();
    await limit();
    const contenders: Contender[] = [
      { name: "ours", turn: ours },
      { name: "limit", turn: limit },
    ];
    const results = await contest(contenders, rounds);
    print(`Embedded, ${simulations} running simulations, ${inFlight} batches in flight`, results);
    const perSecond = (results.get("ours")?.["events/s"] ?? 0) / 2;
    const steady = checked(await replica.ask({ kind: "steady", perSecond, seconds }));
    console.log(
      `\nAt half of that, ${rounded(perSecond)} events/s: wait for the commit p50 ${rounded(steady.p50)} ms, ` +
        `p99 ${rounded(steady.p99)} ms, ${rounded(steady.rows)} rows a transaction.`,
    );
  } finally {
    await Promise.all([replica.close(), bare.close()]);
  }
}

function speed(
  { events, seconds }: { readonly events: number; readonly seconds: number },
  cpu: number,
): Figures {
  return { "events/s": events / seconds, "events/CPU s": events / cpu, "µs an event": (cpu / events) * 1e6 };
}
