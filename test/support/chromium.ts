// Where a browser for tests comes from: CHROMIUM_PATH, else a Chromium that is installed, else (as root on Debian) the
// system's package, which is installed.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** A headless Chromium that talks to nobody of its own accord. Close it. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** The path of the program; throws one error that says what is missing and how to bring it. */
export function chromiumPath(): string {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH names no file: ${named}`);
  }
  return installed() ?? fromSystem();
}

function installed(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin", "/snap/bin"];
  return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), mac].find(existsSync);
}

function fromSystem(): string {
  const missing =
    "No Chromium for the tests: set CHROMIUM_PATH to one, or install it (on Debian: apt-get install chromium).";
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw new Error(missing);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    execFileSync("apt-get", ["update"], { stdio: "pipe", env });
    execFileSync("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], { stdio: "pipe", env });
  } catch (error) {
    throw new Error(`${missing} Installing it failed.`, { cause: error });
  }
  const path = installed();
  if (path === undefined) throw new Error(`${missing} The system's package brought no program.`);
  return path;
}
