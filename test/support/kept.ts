// Runs a program for as long as its own standard input is open, so that the program ends with whoever started it,
// however that ends: `node kept.ts <argv0> <program> [arguments…]`. Prints the program's pid as its first line.
import { spawn } from "node:child_process";

const [argv0 = "", program = "", ...args] = process.argv.slice(2);
const child = spawn(program, args, { argv0, stdio: ["ignore", "inherit", "inherit"] });
process.stdout.write(`${child.pid}\n`);
process.stdin.on("end", end).resume();
process.on("SIGTERM", end);
process.on("SIGINT", end);
child.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code) => process.exit(code ?? 0));

function end(): void {
  child.kill("SIGKILL");
}
