// A process with many viewers, each on a socket of its own: when its replica is gone each finds another one by itself and
// resumes. Its parent is told how far they are, and in the end who came back when and whether anything was missed.
import { setTimeout as delay } from "node:timers/promises";
import { CrowdMember } from "./member.ts";

export interface CrowdOrders {
  readonly kind: "join";
  /** The replicas' ws:// addresses: all begin at the first. */
  readonly urls: readonly string[];
  readonly simulations: readonly string[];
  readonly viewers: number;
}

export type FromCrowd =
  | { readonly kind: "joined" }
  /** ms since the epoch at which each had its first new event after its connection broke; what was wrong. */
  | { readonly kind: "back"; readonly at: readonly number[]; readonly wrong: readonly string[] };

const joiningAtOnce = 40;
const lookEveryMs = 20;

async function play({ urls, simulations, viewers }: CrowdOrders): Promise<void> {
  const wrong: string[] = [];
  const members = Array.from({ length: viewers }, (_, index) => {
    const simulation = simulations[index % simulations.length] ?? "";
    return new CrowdMember({ urls, simulation, wrong: (what) => wrong.push(what) });
  });
  for (let first = 0; first < members.length; first += joiningAtOnce) {
    const some = members.slice(first, first + joiningAtOnce);
    for (const member of some) member.connect();
    while (!some.every(({ sawEvent }) => sawEvent)) await delay(lookEveryMs);
  }
  tell({ kind: "joined" });
  while (!members.every(({ backAt }) => backAt !== null)) await delay(lookEveryMs);
  tell({ kind: "back", at: members.map(({ backAt }) => backAt ?? Number.NaN), wrong });
}

function tell(what: FromCrowd): void {
  process.send?.(what);
}

process.on("message", (orders: CrowdOrders) => {
  play(orders).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.on("disconnect", () => process.exit(0));
