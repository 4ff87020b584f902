// The image, made without Docker: what the Dockerfile's stages copy and run, in folders. `npm ci` is not run again:
// instead of it, what the lock file says is linked from this checkout, without development dependencies where the
// Dockerfile leaves them out. Everything else comes out of COPY lines alone, past .dockerignore.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { environmentOf, finalStage, type Instruction, root, stagesOf, wordsOf } from "./dockerfile.ts";

export interface Image {
  /** Where "/" of the image is. */
  readonly folder: string;
  readonly workdir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  remove(): void;
}

export function buildImage(): Image {
  const scratch = mkdtempSync(join(tmpdir(), "simulation-image-"));
  const folders: string[] = [];
  const named = new Map<string, string>();
  try {
    for (const [index, stage] of stagesOf().entries()) {
      const folder = join(scratch, String(index));
      let workdir = "/";
      for (const instruction of stage.instructions) {
        if (instruction.name === "WORKDIR") {
          workdir = instruction.text;
          mkdirSync(join(folder, workdir), { recursive: true });
        }
        if (instruction.name === "COPY") copy(instruction, folder, workdir, named);
        if (instruction.name === "RUN") {
          for (const command of instruction.text.split(" && ")) run(command, folder, workdir);
        }
      }
      folders.push(folder);
      named.set(stage.name, folder);
    }
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
  const folder = folders.at(-1) ?? scratch;
  const final = finalStage();
  return {
    folder,
    workdir: join(folder, final.instructions.find(({ name }) => name === "WORKDIR")?.text ?? "/"),
    environment: environmentOf(final),
    command: wordsOf(final, "CMD"),
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

function copy(
  { text, flags }: Instruction,
  folder: string,
  workdir: string,
  named: ReadonlyMap<string, string>,
) {
  const words = text.split(" ");
  const target = words.pop() ?? "";
  const from = flags.from === undefined ? root : named.get(flags.from);
  if (from === undefined) throw new Error(`There is no stage ${flags.from}.`);
  for (const source of words) {
    if (from === root && !inContext(source)) throw new Error(`.dockerignore leaves ${source} out.`);
    const within = target.startsWith("/") ? target : join(workdir, target);
    const isFolder = target.endsWith("/");
    const to = join(folder, isFolder ? join(within, normalize(source).split("/").at(-1) ?? "") : within);
    mkdirSync(dirname(to), { recursive: true });
    // Links stay links: they lead into this checkout.
    cpSync(join(from, source), to, { recursive: true, verbatimSymlinks: true });
  }
}

/** .dockerignore, as this project writes it: everything is out but what a line with "!" names, and what is below. */
function inContext(path: string): boolean {
  const lines = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
  if (!lines.includes("*")) throw new Error(".dockerignore does not begin with leaving everything out.");
  return lines.some((line) => line.startsWith("!") && `${path}/`.startsWith(`${line.slice(1)}/`));
}

function run(command: string, folder: string, workdir: string): void {
  const cwd = join(folder, workdir);
  const [program, ...args] = command.split(" ");
  if (command === "npm ci") install(cwd, true);
  else if (command === "npm ci --omit=dev") install(cwd, false);
  else if (command === "npm run build") build(cwd);
  else if (program === "mkdir") for (const path of args) mkdirSync(join(folder, path), { recursive: true });
  else if (command !== "npm cache clean --force") throw new Error(`Not known here: RUN ${command}`);
}

// What a package needs of others is found from where the link leads to.
function install(cwd: string, development: boolean): void {
  const { scripts } = json(join(cwd, "package.json"));
  const ran = /^node (\S+)$/.exec(String(Object(scripts).postinstall))?.[1] ?? "";
  if (!existsSync(join(cwd, ran))) throw new Error(`npm ci would run ${ran}, which was not copied.`);
  const { packages } = json(join(cwd, "package-lock.json"));
  for (const [path, facts] of Object.entries(Object(packages))) {
    const { dev, devOptional } = Object(facts);
    const own = path !== "" && path.lastIndexOf("node_modules/") === 0 && existsSync(join(root, path));
    if (!own || (!development && (dev === true || devOptional === true))) continue;
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    symlinkSync(join(root, path), join(cwd, path));
  }
}

// Without looking at types, which `npm run check` does.
function build(cwd: string): void {
  const { scripts } = json(join(cwd, "package.json"));
  const options = /^tsc (.*)$/.exec(String(Object(scripts).build))?.[1];
  if (options === undefined) throw new Error("npm run build is not tsc.");
  const tsc = join(cwd, "node_modules/typescript/bin/tsc");
  const args = [tsc, ...options.split(" "), "--noCheck", "--declaration", "false"];
  execFileSync(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

function json(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8"));
}
