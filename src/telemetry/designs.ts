// Where designs come from, counted.
import type { DesignFetch, DesignSource } from "../core/ports/designs.ts";
import { type Meter, secondsSince } from "../core/ports/meter.ts";

export function observedDesigns(designs: DesignSource, meter: Meter): DesignSource {
  const fetched = ({ kind }: DesignFetch) =>
    meter.count("simulations_design_fetches_total", { outcome: kind });
  return {
    async fetch(id, options) {
      const begunAt = performance.now();
      const answer = await designs.fetch(id, options);
      meter.observe("simulations_design_fetch_seconds", {}, secondsSince(begunAt));
      fetched(answer);
      return answer;
    },
    async fetchMany(ids, options) {
      const answers = await designs.fetchMany(ids, options);
      for (const answer of answers) fetched(answer);
      return answers;
    },
    list: (options) => designs.list(options),
    close: () => designs.close(),
  };
}
