// Those that the service depends on and does not control: an engine that breaks the contract, and a Design Service
// that hangs, drips, fails and answers with garbage.
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { fakeDesignService, serving } from "../../clients/designs/fake-design-service.ts";
import { during, pause } from "../world.ts";
import { startHostileEngine } from "./hostile-engine.ts";
import { count, type Nemesis, type Scene } from "./nemesis.ts";

const design: unknown = JSON.parse(
  readFileSync(new URL("../../../designs/mm1.json", import.meta.url), "utf8"),
);
const sound = serving(new Map([["mm1", design]]));

const moods: Readonly<Record<string, RequestListener>> = {
  hangs: () => {},
  "answers 500": (_, response) => void response.writeHead(500).end(),
  "answers 429": (_, response) => void response.writeHead(429, { "retry-after": "1" }).end(),
  "sends garbage": (_, response) =>
    void response.writeHead(200, { "content-type": "application/json" }).end('{"schemaVersion":1,"id":'),
  "sends HTML": (_, response) =>
    void response.writeHead(200, { "content-type": "text/html" }).end("<h1>It works!</h1>"),
  "breaks off": (_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
    response.write("{");
    setTimeout(() => response.destroy(), 50);
  },
  drips: (_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const drip = setInterval(() => response.write(" "), 200);
    response.on("close", () => clearInterval(drip));
  },
};

export async function strangers(): Promise<Nemesis> {
  const [designs, engine] = await Promise.all([fakeDesignService(sound), startHostileEngine()]);
  return {
    needs: { otherEngines: [engine.address], env: { DESIGN_SERVICE_URL: designs.url } },
    async round(scene: Scene, index: number) {
      // Each in its turn.
      const all = Object.entries(moods);
      const [mood, listener] = all[index % all.length] ?? ["answers", sound];
      await during(scene, `the Design Service ${mood}`, "designs", async () => {
        designs.serve(listener);
        await pause(scene.random.between(1_000, 5_000));
        designs.serve(sound);
      });
      count(scene, `the Design Service ${mood}`);
      scene.counts.set("starts that the hostile engine took", engine.starts.length);
      for (const [what, times] of engine.did) scene.counts.set(`the hostile engine: ${what}`, times);
      scene.say(`${index}: the Design Service ${mood}`);
      await pause(scene.random.between(1_000, 3_000));
    },
    async close() {
      await Promise.all([designs.close(), engine.close()]);
    },
  };
}
