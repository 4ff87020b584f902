// What is printed: a table for each scenario, ratios in it, and where it was measured.
import { execFileSync } from "node:child_process";
import { cpus, release } from "node:os";
import { type Figures, rounded } from "../support/contest.ts";
import { table } from "../support/table.ts";
import { graphqlPeers, plainPeer } from "./contenders.ts";
import { peerVersions } from "./peers.ts";
import { pinning } from "./processors.ts";
import type { Scenario } from "./scenarios.ts";

type Medians = ReadonlyMap<string, Figures>;

interface Column {
  readonly title: string;
  readonly cell: (figures: Figures) => string;
}

const figure = (title: string, name: string, factor = 1): Column => ({
  title,
  cell: (figures) => rounded((figures[name] ?? Number.NaN) * factor),
});

const rateColumns = [figure("deliveries/CPU s", "perCpuSecond"), figure("µs CPU each", "cpuMicros")];
const wallColumns = [figure("deliveries/s", "perSecond"), figure("core, %", "core", 100)];
const latencyColumns = [figure("p50, ms", "p50"), figure("p99, ms", "p99")];

/** Ratios are told of the figure that the scenario is about. */
const about: Record<Scenario["kind"], { readonly figure: string; readonly columns: readonly Column[] }> = {
  saturated: { figure: "perCpuSecond", columns: [...rateColumns, ...wallColumns, ...latencyColumns] },
  paced: { figure: "perCpuSecond", columns: [...rateColumns, ...wallColumns, ...latencyColumns] },
  burst: { figure: "p50", columns: [...latencyColumns, ...rateColumns] },
  idle: {
    figure: "residentPerSocket",
    columns: [
      figure("RSS/socket, KB", "residentPerSocket", 1 / 1_024),
      figure("heap/socket, KB", "heapPerSocket", 1 / 1_024),
      figure("RSS, MB", "resident", 1 / 1_048_576),
    ],
  },
};

export function reportOf(scenario: Scenario, medians: Medians): string {
  const { figure: name, columns } = about[scenario.kind];
  const isBetterLower = name !== "perCpuSecond";
  const of = (contender: string) => medians.get(contender)?.[name] ?? Number.NaN;
  const peers = graphqlPeers.map(of).filter(Number.isFinite);
  const best = isBetterLower ? Math.min(...peers) : Math.max(...peers);
  const ratio = (value: number, to: number) => rounded(value / to);
  const rows = [...medians]
    .sort(([a], [b]) => (isBetterLower ? of(a) - of(b) : of(b) - of(a)))
    .map(([contender, figures]) => [
      contender,
      ...columns.map(({ cell }) => cell(figures)),
      ratio(of(contender), of(plainPeer)),
      ratio(of(contender), best),
    ]);
  const head = ["", ...columns.map(({ title }) => title), "× ws", "× best GraphQL peer"];
  return `${scenario.name}: ${scenario.what}\n\n${table(head, rows)}\n`;
}

export function circumstances(rounds: number, seconds: number, warmUpSeconds: number): string {
  const [processor] = cpus();
  const cores = cpus().length;
  const alone = pinning === undefined ? "nothing is pinned" : `servers on core ${pinning.server}, alone`;
  return [
    `${cores} cores of ${processor?.model ?? "?"}, Linux ${release()}; ${alone}. Loopback, no TLS.`,
    `Node ${process.versions.node}; commit ${commit()}. Medians of ${rounds} rounds of ${seconds} s after ${warmUpSeconds} s.`,
    `Peers: ${peerVersions()}.`,
  ].join("\n");
}

function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}
