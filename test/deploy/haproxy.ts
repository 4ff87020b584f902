// The proxy of compose.yaml as a process: HAProxy with the very configuration, its names and port led to this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type UnpackedProgram, unpackedProgram, unpackPackages } from "../support/debian-packages.ts";
import { root } from "./dockerfile.ts";

export interface Proxy {
  /** http://host:port */
  readonly url: string;
  close(): Promise<void>;
}

/** `ports`: where each replica that the configuration names listens on loopback. */
export async function startProxy(
  port: number,
  ports: ReadonlyMap<string, number>,
  folder: string,
): Promise<Proxy> {
  let text = readFileSync(join(root, "deploy/proxy/haproxy.cfg"), "utf8");
  text = text.replace("bind :8080", `bind 127.0.0.1:${port}`);
  for (const [name, at] of ports) text = text.replace(`${name}:4000`, `127.0.0.1:${at}`);
  const file = join(folder, "haproxy.cfg");
  writeFileSync(file, text);
  const { program, environment } = binary();
  // It ends with this process, however that ends.
  const keeper = join(import.meta.dirname, "../support/kept.ts");
  const child = spawn(process.execPath, [keeper, "haproxy", program, "-db", "-f", file], {
    stdio: ["pipe", "ignore", "pipe"],
    env: { ...process.env, ...environment },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    said = (said + more).slice(-4_000);
  });
  const exited = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`HAProxy ended: ${said}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) break;
  }
  return {
    url,
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

const packages = ["haproxy", "liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1"];

/** TEST_HAPROXY_BIN, else haproxy on PATH, else (on Debian) the package, unpacked into a cache of this project. */
function binary(): UnpackedProgram {
  const named = process.env.TEST_HAPROXY_BIN;
  if (named !== undefined) return { program: named, environment: {} };
  const found = (process.env.PATH ?? "").split(delimiter).find((one) => existsSync(join(one, "haproxy")));
  if (found !== undefined) return { program: join(found, "haproxy"), environment: {} };
  const missing =
    "No HAProxy for the tests: install haproxy, or set TEST_HAPROXY_BIN to the program (any version from 2.6).";
  return (
    unpackedProgram("haproxy", "usr/sbin/haproxy") ??
    unpackPackages("haproxy", "usr/sbin/haproxy", packages, missing)
  );
}
