// A copy of the service without one of its protections.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Edit } from "./protections.ts";

const checkout = fileURLToPath(new URL("../../..", import.meta.url));

/** The text of the file as the edit leaves it. Throws where it does not fit exactly once. */
export function edited(text: string, { file, text: wanted, without }: Edit): string {
  const found = text.split(wanted).length - 1;
  if (found !== 1) throw new Error(`"${wanted}" is ${found} times in ${file}, instead of once.`);
  return text.replace(wanted, () => without);
}

export function sourceOf(file: string): string {
  return readFileSync(join(checkout, "src", file), "utf8");
}

/** Answers the folder of the copy; `remove` takes it away. */
export function sabotaged(edits: readonly Edit[]): { readonly root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), "simulation-sabotage-"));
  cpSync(join(checkout, "src"), join(root, "src"), { recursive: true });
  for (const name of ["launch.mjs", "package.json", "designs"]) {
    cpSync(join(checkout, name), join(root, name), { recursive: true });
  }
  symlinkSync(join(checkout, "node_modules"), join(root, "node_modules"));
  for (const edit of edits) {
    const path = join(root, "src", edit.file);
    writeFileSync(path, edited(readFileSync(path, "utf8"), edit));
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
