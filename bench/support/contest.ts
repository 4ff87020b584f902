// Contenders in one run: interleaved, in an order that is drawn anew each round, so that what drifts (the speed of
// the processor, the neighbours) drifts for all of them; and medians of what they did.

/** What was measured in one turn, by name. */
export type Figures = Readonly<Record<string, number>>;

export interface Contender {
  readonly name: string;
  /** One turn. Leaves nothing behind that takes the processor. */
  turn(): Promise<Figures>;
}

/** The median of each figure, by contender, over all rounds. `told`: what is going on, for people. */
export async function contest(
  contenders: readonly Contender[],
  rounds: number,
  told: (line: string) => void = (line) => console.error(line),
): Promise<ReadonlyMap<string, Figures>> {
  const turns = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of shuffled(contenders)) {
      const figures = await contender.turn();
      turns.get(contender.name)?.push(figures);
      told(`  round ${round} of ${rounds}, ${contender.name}: ${described(figures)}`);
    }
  }
  return new Map([...turns].map(([name, all]) => [name, medians(all)]));
}

export function medians(all: readonly Figures[]): Figures {
  const names = new Set(all.flatMap((figures) => Object.keys(figures)));
  return Object.fromEntries(
    [...names].map((name) => [name, median(all.flatMap((figures) => figures[name] ?? []))]),
  );
}

/** Of an even number of values, halfway between the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ];
  return (low + high) / 2;
}

/** Of values in any order; `q` in [0,1]; the lower one of two. NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

function described(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${rounded(value)}`)
    .join(", ");
}

/** With three digits that tell. */
export function rounded(value: number): string {
  return Number.isFinite(value)
    ? Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 6 })
    : "–";
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
