// The fenced code blocks of the pages that people read.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface CodeBlock {
  /** The page, from the root of the project. */
  readonly page: string;
  /** The line of its fence, from 1. */
  readonly line: number;
  /** What stands behind the fence; empty: nothing. */
  readonly language: string;
  readonly text: string;
}

/** README.md, and every page of docs/ and clients/. */
export function pages(): string[] {
  const folders = ["docs", "clients"].filter((folder) => existsSync(join(root, folder)));
  const found = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md") && !name.includes("node_modules"))
      .map((name) => join(folder, name)),
  );
  return ["README.md", ...found.sort()];
}

/** In their order on the page; what is indented by four is a block without a language. */
export function codeBlocks(page: string): CodeBlock[] {
  const lines = readFileSync(join(root, page), "utf8").split("\n");
  const blocks: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^(\s*)```(.*)$/.exec(lines[at] ?? "");
    if (fence === null) continue;
    const [, margin = "", language = ""] = fence;
    const end = lines.findIndex((line, index) => index > at && line.trim() === "```");
    if (end < 0) throw new Error(`${page}:${at + 1}: a block without an end.`);
    const text = lines.slice(at + 1, end).map((line) => line.slice(margin.length));
    blocks.push({ page, line: at + 1, language: language.trim(), text: text.join("\n") });
    at = end;
  }
  return blocks;
}

/** Indented blocks that begin as operations do. */
export function indentedOperations(page: string): CodeBlock[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^(?: {4}.*\n)+/gm)]
    .map((match) => ({
      page,
      line: text.slice(0, match.index).split("\n").length,
      language: "graphql",
      text: match[0].replaceAll(/^ {4}/gm, ""),
    }))
    .filter((block) => /^(query|mutation|subscription)\b/.test(block.text));
}

/** Its place, for messages. */
export const placeOf = ({ page, line, language }: CodeBlock): string => `${page}:${line} ${language}`;

/** What a block imports by a path from its page, or from the root, that is not there: the file, or the name in it. */
export function missingImports({ page, text }: CodeBlock): string[] {
  return [...text.matchAll(/import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+"(\.{1,2}\/[^"]+)"/g)].flatMap(
    ([, names = "", path = ""]) => {
      const file = [join(root, dirname(page), path), join(root, path)].find(existsSync);
      if (file === undefined) return [path];
      const source = readFileSync(file, "utf8");
      return names
        .split(",")
        .map(
          (name) =>
            name
              .replace(/^\s*type\s/, "")
              .split(/\sas\s/)[0]
              ?.trim() ?? "",
        )
        .filter((name) => name !== "")
        .filter((name) => !new RegExp(`export [^=;]*\\b${name}\\b`).test(source))
        .map((name) => `${path}: ${name}`);
    },
  );
}
