// The style that a reader relies on, held by a test: imports run one way, files stay small, nothing is silenced.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "src");

/** What each folder of src may import, beside itself and libraries. */
const layers: Record<string, readonly string[]> = {
  core: [],
  config: ["core", "server"],
  gen: [],
  orchestrator: ["core", "gen"],
  feed: ["core"],
  postgres: ["core"],
  memory: ["core"],
  redis: ["core"],
  clients: ["core", "gen"],
  identity: ["core"],
  // Put around parts by the composition root; no part knows it.
  telemetry: ["core", "orchestrator", "feed"],
  engine: ["gen"],
  graphql: ["core", "orchestrator", "feed"],
  // Pulls what it sends from the feed.
  server: ["core", "graphql", "feed"],
  // A client like any other: it knows the API, not the service.
  cli: [],
  // The files of src itself: the composition root sees everything.
  "": [
    "core",
    "config",
    "orchestrator",
    "feed",
    "postgres",
    "memory",
    "redis",
    "clients",
    "server",
    "graphql",
    "identity",
    "telemetry",
  ],
};

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join(src, name), "utf8") }));

const generated = ["gen/", "cli/gql/"];
const own = files.filter(({ name }) => !generated.some((folder) => name.startsWith(folder)));

function layerOf(name: string): string {
  return name.includes("/") ? (name.split("/")[0] ?? "") : "";
}

function importsOf({ name, text }: { name: string; text: string }): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) =>
    relative(src, join(src, dirname(name), match[1] ?? "")),
  );
}

describe("the source tree", () => {
  it("has only folders with a place in the layers", () => {
    expect(new Set(files.map(({ name }) => layerOf(name)))).toEqual(new Set(Object.keys(layers)));
  });

  it("imports one way", () => {
    const wrong = own.flatMap((file) =>
      importsOf(file)
        .filter((target) => {
          const [from, to] = [layerOf(file.name), layerOf(target)];
          return from !== to && !(layers[from] ?? []).includes(to);
        })
        .map((target) => `${file.name} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("has no circle of imports", () => {
    const graph = new Map(own.map((file) => [file.name, importsOf(file)]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) circles.push([...path.slice(path.indexOf(name)), name].join(" -> "));
      if (done.has(name) || path.includes(name)) return;
      for (const next of graph.get(name) ?? []) visit(next, [...path, name]);
      done.add(name);
    };
    for (const name of graph.keys()) visit(name, []);
    expect(circles).toEqual([]);
  });

  it("reads the environment in one place per program, and hands it on where a child is started", () => {
    const readers = own.filter(({ text }) => /process\.env\b/.test(text)).map(({ name }) => name);
    const children = ["clients/engine/child.ts", "engine/run-thread.ts"];
    expect(readers.sort()).toEqual([...children, "cli/main.ts", "engine/main.ts", "main.ts"].sort());
  });

  it("has no file over 350 lines", () => {
    const long = own.filter(({ text }) => text.split("\n").length > 350).map(({ name }) => name);
    expect(long).toEqual([]);
  });

  it("silences nothing and promises nothing for later", () => {
    const marks =
      /\b(TODO|FIXME|XXX|HACK)\b|@ts-ignore|@ts-expect-error|biome-ignore|\bas any\b|as unknown as/;
    expect(own.filter(({ text }) => marks.test(text)).map(({ name }) => name)).toEqual([]);
  });

  it("has no file that nothing imports", () => {
    const entries = new Set(["main.ts", "cli/main.ts", "engine/main.ts", "engine/worker.ts"]);
    const imported = new Set(own.flatMap(importsOf));
    expect(own.map(({ name }) => name).filter((name) => !imported.has(name) && !entries.has(name))).toEqual(
      [],
    );
  });
});
