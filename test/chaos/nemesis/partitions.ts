// Links fail while both ends live: swallowed in both directions or in one, cut, slow.
import type { FaultyProxy } from "../../support/faulty-proxy.ts";
import { during, pause } from "../world.ts";
import { count, type Nemesis, type Scene } from "./nemesis.ts";

type Kind = "swallow" | "swallow up" | "swallow down" | "cut" | "slow";

const kinds: readonly Kind[] = ["swallow", "swallow up", "swallow down", "cut", "slow"];

export function partitions(): Nemesis {
  return {
    needs: { faults: true },
    async round(scene: Scene, index: number) {
      const { random } = scene;
      const [name, link] = random.pick(linksOf(scene));
      const kind = random.pick(kinds);
      await during(scene, `link: ${kind}`, name, async () => {
        fail(link, kind);
        await pause(random.between(1_000, 6_000));
        link.pass();
        // What was swallowed is missing in the middle of a stream: as after a dead route, such connections end.
        if (kind !== "slow") link.cut();
      });
      count(scene, `link ${name.replace(/^replica-\d /, "replica ")}: ${kind}`);
      scene.say(`${index}: ${name}: ${kind}`);
      await pause(random.between(2_000, 4_000));
    },
  };
}

function linksOf({ cluster }: Scene): [string, FaultyProxy][] {
  const own = [...cluster.links].flatMap(([replica, { postgres, redis }]): [string, FaultyProxy][] => [
    [`${replica} to Postgres`, postgres],
    [`${replica} to Redis`, redis],
  ]);
  const engines = [...cluster.engineLinks].map(([engine, link]): [string, FaultyProxy] => [
    `replicas to ${engine}`,
    link,
  ]);
  return [...own, ...engines];
}

function fail(link: FaultyProxy, kind: Kind): void {
  if (kind === "swallow") link.swallow();
  else if (kind === "swallow up") link.swallow(["up"]);
  else if (kind === "swallow down") link.swallow(["down"]);
  else if (kind === "cut") link.cut();
  else link.delay(250);
}
