// Runs an entry point on a Node that can: `node launch.mjs src/main.ts [args]`. The TypeScript sources run
// unbuilt, by type stripping, which needs Node 22.18. On such a Node the entry is imported right here, in this
// process; an older Node fetches Node 24 through npx and hands over to it.
import { execFileSync, spawn } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
const newEnough = major > 22 || (major === 22 && minor >= 18);

endWithNpm();

if (newEnough) {
  process.argv.splice(1, 1);
  process.argv[1] = resolve(process.argv[1]);
  ignoreExperimentalWarnings();
  await import(pathToFileURL(process.argv[1]).href);
} else {
  process.stderr.write(`Node ${process.versions.node} is older than 22.18: running on Node 24, by npx.\n`);
  handOver(newerNode());
}

// npm passes no signal on to what it runs: who ends `npm start` by its process id ends npm alone. What it started
// then ends in order, as if it had been asked itself.
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = process.ppid;
  setInterval(() => {
    if (process.ppid !== npm) process.kill(process.pid, "SIGTERM");
  }, 500).unref();
}

// Type stripping and node:sqlite are called experimental on Node 22; both are used on purpose.
function ignoreExperimentalWarnings() {
  const emit = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === "string" ? rest[0] : rest[0]?.type;
    if (type !== "ExperimentalWarning") emit(warning, ...rest);
  };
}

// The binary's own path, so that signals reach the program and not a shell in between.
function newerNode() {
  const npx = ["-y", "-p", "node@24", "--", "node", "-p", "process.execPath"];
  return execFileSync("npx", npx, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}

function handOver(node) {
  // Node's folder goes first on the PATH: what the program starts by the name `node` is the same Node.
  const env = { ...process.env, PATH: `${resolve(node, "..")}:${process.env.PATH}` };
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit", env });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`Cannot start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGKILL" ? 137 : 1)));
}
