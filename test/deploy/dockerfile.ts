// The Dockerfile, read: stages and their instructions, with arguments as far as this project uses them.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Instruction {
  readonly name: string;
  /** Everything after the name, without flags; lines that were continued are one. */
  readonly text: string;
  readonly flags: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly image: string;
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

export const root = join(import.meta.dirname, "../..");

export function stagesOf(text = readFileSync(join(root, "Dockerfile"), "utf8")): readonly Stage[] {
  const whole = text.replaceAll(/^\s*#.*\n/gm, "").replaceAll(/\\\n\s*/g, "");
  const stages: { image: string; name: string; instructions: Instruction[] }[] = [];
  for (const line of whole.split("\n").filter((one) => one.trim() !== "")) {
    const instruction = instructionOf(line);
    if (instruction.name === "FROM") {
      const [image = "", , name = ""] = instruction.text.split(" ");
      stages.push({ image, name, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

function instructionOf(line: string): Instruction {
  const [name = "", ...words] = line.split(" ").filter((word) => word !== "");
  const flags: Record<string, string> = {};
  while (words[0]?.startsWith("--")) {
    const [flag = "", value = ""] = (words.shift() ?? "").slice(2).split("=");
    flags[flag] = value;
  }
  return { name, text: words.join(" "), flags };
}

export function finalStage(): Stage {
  const last = stagesOf().at(-1);
  if (last === undefined) throw new Error("The Dockerfile has no stage.");
  return last;
}

/** The texts of all instructions of a name. */
export function textsOf(stage: Stage, name: string): readonly string[] {
  return stage.instructions.filter((one) => one.name === name).map(({ text }) => text);
}

/** The environment that ENV sets. */
export function environmentOf(stage: Stage): Record<string, string> {
  const pairs = textsOf(stage, "ENV").flatMap((text) => [...text.matchAll(/([A-Z_]+)=(\S+)/g)]);
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value]));
}

/** The words of an instruction in its JSON form, which needs no shell: of the last one of that name. */
export function wordsOf(stage: Stage, name: string): readonly string[] {
  const text = textsOf(stage, name).at(-1)?.replace(/^CMD /, "") ?? "";
  const words: unknown = JSON.parse(text);
  if (!Array.isArray(words)) throw new Error(`${name} is not a list of words: ${text}`);
  return words.map(String);
}
