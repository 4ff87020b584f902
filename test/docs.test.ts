// No page shows what does not work. Operations are validated against the schema, and those of README.md are run, in
// their order, against the real program; curl is run in a shell; JSON is parsed; TypeScript must
// be well formed and import what is there (its types lean on the reader's own names: what it calls is tested where it
// lives). What can only be read is listed here, with the reason.
import { execFile } from "node:child_process";
import { stripTypeScriptTypes } from "node:module";
import { promisify } from "node:util";
import { getOperationAST, Kind, parse, validate } from "graphql";
import { afterAll, describe, expect, it } from "vitest";
import { schema } from "../src/graphql/schema.ts";
import {
  type CodeBlock,
  codeBlocks,
  indentedOperations,
  missingImports,
  pages,
  placeOf,
} from "./support/code-blocks.ts";
import { EventStream, operation } from "./support/http.ts";
import { endServices, startService, withDataFolder } from "./support/service-process.ts";

const all = pages().flatMap(codeBlocks);
const inLanguage = (...languages: string[]) => all.filter(({ language }) => languages.includes(language));

const graphql = [...inLanguage("graphql"), ...pages().flatMap(indentedOperations)];
const json = inLanguage("json", "jsonc");
const shell = inLanguage("sh", "bash", "shell");
const typescript = inLanguage("ts", "tsx", "typescript");

/** Languages that are read only. */
const readOnly: Record<string, string> = {
  "": "drawings, and what a terminal shows",
  text: "drawings, and what a terminal shows",
  console: "what a terminal shows",
  http: "shows an exchange, both sides of it; those of the API are tested in test/conformance",
  diff: "shows a change, not a whole",
  proto: "a part of proto/, which buf checks as a whole",
};

/** Shell commands that no test runs from a page. */
const commandsNotRun: readonly (readonly [command: RegExp, reason: string])[] = [
  [/^npm (ci|start|test|run [\w:-]+)\b/, "tests are run by them, and start the program as they do"],
  [/^npx (--?\S+ )*simulation\b|^simulation\b/, "the command line is tested in test/cli"],
  [/^(docker|podman|kubectl|createdb|psql)\b/, "needs what is not there in a test"],
  [/^(export )?[A-Z][A-Z0-9_]*=\S+( npm start)?$/, "settings, tested in test/config.test.ts"],
];

afterAll(endServices);

it("the pages have blocks of every kind that is checked", () => {
  for (const blocks of [graphql, json, shell]) expect(blocks.length).toBeGreaterThan(0);
});

it("every block is in a language that is checked, or in one that is only read", () => {
  const checked = new Set([...graphql, ...json, ...shell, ...typescript]);
  const unknown = all.filter((block) => !checked.has(block) && readOnly[block.language] === undefined);
  expect(unknown.map(placeOf)).toEqual([]);
});

describe("an operation", () => {
  it.each(graphql.map((block) => [placeOf(block), block] as const))(
    "of %s fits the schema",
    (_, { text }) => {
      const document = parse(text);
      expect(document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)).toBe(true);
      expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
    },
  );
});

describe("JSON", () => {
  it.each(json.map((block) => [placeOf(block), block] as const))("of %s can be parsed", (_, block) => {
    const text =
      block.language === "json" ? block.text : block.text.replaceAll(/^\s*\/\/.*$|\s\/\/ .*$/gm, "");
    expect(() => JSON.parse(text)).not.toThrow();
  });
});

describe("TypeScript", () => {
  it.each(typescript.map((block) => [placeOf(block), block] as const))(
    "of %s is well formed, and what it imports of this project is there",
    (_, block) => {
      expect(() => stripTypeScriptTypes(block.text)).not.toThrow();
      expect(missingImports(block)).toEqual([]);
    },
  );
});

describe("a shell command", () => {
  it("is run by a test, or is one of those that are tested elsewhere", () => {
    const unknown = shell
      .filter(({ text }) => !/\bcurl\b/.test(text))
      .flatMap((block) =>
        commandsOf(block)
          .filter((command) => !commandsNotRun.some(([known]) => known.test(command)))
          .map((command) => `${placeOf(block)}: ${command}`),
      );
    expect(unknown).toEqual([]);
  });
});

function commandsOf({ text }: CodeBlock): string[] {
  return text
    .replaceAll("\\\n", " ")
    .split(/\n|&&/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
}

describe("against the real program", () => {
  it("the operations of README.md tell their story, and every curl is answered", async () => {
    await withDataFolder(async (dataDir) => {
      const service = await startService({ dataDir });
      await runInOrder(
        service.url,
        graphql.filter(({ page }) => page === "README.md"),
      );
      for (const block of shell.filter(({ text }) => /\bcurl\b/.test(text)))
        await runShell(service.url, block);
      service.kill("SIGTERM");
      expect(await service.exited).toBe(0);
    });
  });
});

/** An operation's `$id` is the simulation that was started last. */
async function runInOrder(url: string, blocks: readonly CodeBlock[]): Promise<void> {
  let id = "";
  for (const block of blocks) {
    const document = parse(block.text);
    const variables = { id };
    const asked = document.definitions.flatMap((it) =>
      it.kind === Kind.OPERATION_DEFINITION ? (it.variableDefinitions ?? []) : [],
    );
    const unknown = asked.filter(
      (it) => it.type.kind === Kind.NON_NULL_TYPE && it.variable.name.value !== "id",
    );
    expect(unknown, `${placeOf(block)} wants variables that this test does not know`).toEqual([]);
    if (getOperationAST(document)?.operation === "subscription") await follow(url, block, variables);
    else {
      const { data, errors } = await operation(url, block.text, variables);
      expect(errors, placeOf(block)).toBeUndefined();
      const text = JSON.stringify(data);
      expect(text, placeOf(block)).not.toMatch(/"__typename":"\w+Error"|:null\}\}$/);
      if (getOperationAST(document)?.operation === "mutation") {
        id = /"startSimulation":\{[^}]*"id":"([^"]+)"/.exec(text)?.[1] ?? id;
      }
    }
  }
}

/** To its end, as quickly as it can go; a live list, which has none, to its first changes. */
async function follow(url: string, block: CodeBlock, variables: { readonly id: string }): Promise<void> {
  const faster = "mutation ($id: ID!) { setSimulationSpeed(id: $id, speed: 0) { __typename } }";
  await operation(url, faster, variables);
  let results = 0;
  const stream = await EventStream.open(url, block.text, variables);
  for await (const { event, data } of stream) {
    if (event === "complete") break;
    results += 1;
    expect(JSON.parse(data).errors, placeOf(block)).toBeUndefined();
    if (block.text.includes("simulationUpdates") && results >= 2) break;
  }
  expect(results, placeOf(block)).toBeGreaterThan(1);
}

/** In one shell, which ends at the first command that fails; every answer must be one without errors. */
async function runShell(url: string, block: CodeBlock): Promise<void> {
  const { host } = new URL(url);
  const script = `set -eu\n${block.text.replaceAll(/(127\.0\.0\.1|localhost):4000/g, host)}\n`;
  const { stdout } = await promisify(execFile)("sh", ["-c", script], { timeout: 60_000 });
  expect(stdout, placeOf(block)).toMatch(/"data":/);
  expect(stdout, placeOf(block)).not.toMatch(/"errors":|"__typename":"\w+Error"|"code":"/);
}
