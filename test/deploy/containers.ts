// Containers as processes: programs of the image with the environment that a deployment gives them. What is different
// is said by `places`: where names of hosts, and paths of the container, lead to on this machine.
import { join } from "node:path";
import { type Program, startProgram } from "../../cluster/programs.ts";
import type { Image } from "./image.ts";

export interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What is replaced in values of the environment. */
  readonly places: ReadonlyMap<string, string>;
  /** Port of the service, or of the engine. */
  readonly port: number;
  /** For the log and the data. */
  readonly folder: string;
}

const startWithinMs = 60_000;
const readyLine = /(?:Health\s+http:\/\/|"listening":")([^/"]+)/;

/** Resolves when it says that it listens. */
export function startContainer(image: Image, container: Container): Promise<Program> {
  const { name, args, environment, places, port, folder } = container;
  const onLoopback = {
    DATA_DIR: join(folder, `${name}-data`),
    HOST: "127.0.0.1",
    PORT: String(port),
    METRICS_HOST: "127.0.0.1",
    METRICS_PORT: "0",
    ENGINE_HOST: "127.0.0.1",
    ENGINE_PORT: String(port),
  };
  const given: Record<string, string> = { ...image.environment, ...environment };
  const env = Object.fromEntries(
    Object.entries(given).map(([variable, value]) => [
      variable,
      Object.entries(onLoopback).find(([own]) => own === variable)?.[1] ?? placed(value, image, places),
    ]),
  );
  return startProgram({
    cwd: image.workdir,
    args: ["--import", join(import.meta.dirname, "end-with-parent.mjs"), ...args],
    env,
    ready: readyLine,
    startWithinMs,
    logFile: join(folder, `${name}.log`),
    stdin: "ignore",
  });
}

function placed(value: string, image: Image, places: ReadonlyMap<string, string>): string {
  let text = value.replaceAll("/app/", `${image.folder}/app/`);
  for (const [from, to] of places) text = text.replaceAll(from, to);
  return text;
}

/** As Docker and Kubernetes end them: SIGTERM. Answers exit codes, or the signals that ended them. */
export async function endContainers(programs: readonly Program[]): Promise<(number | string)[]> {
  for (const one of programs) one.signal("SIGTERM");
  return Promise.all(programs.map(({ exited }) => exited));
}
