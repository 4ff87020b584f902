// compose.yaml, as far as it can be judged without Docker; topology.test.ts runs what it says.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { readOptions } from "../../src/engine/options.ts";
import { environmentOf, finalStage, root, textsOf } from "./dockerfile.ts";
import { notKnown } from "./known-settings.ts";
import { type ComposeService, readCompose } from "./manifests.ts";

const { services, networks, volumes, secrets } = readCompose();
const all = Object.entries(services);
const ours = all.filter(([, { build }]) => build !== undefined);
const replicas = ours.filter(([name]) => name.startsWith("replica-"));
const engines = ours.filter(([name]) => name.startsWith("engine-"));

function service(name: string): ComposeService {
  const found = services[name];
  if (found === undefined) throw new Error(`There is no service ${name}.`);
  return found;
}

let scratch: string;
let made: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "simulation-compose-"));
  made = join(scratch, "secrets");
  execFileSync(process.execPath, [join(root, "deploy/dev-secrets.mjs"), made]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** With secrets where dev-secrets.mjs has put them. */
function placed(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      const named = secrets[value.replace("/run/secrets/", "")];
      return [name, named === undefined ? value : join(made, basename(named.file))];
    }),
  );
}

describe("compose.yaml", () => {
  it("has three replicas, two engines, Postgres, Redis and a proxy", () => {
    expect(all.map(([name]) => name).sort()).toEqual([
      "engine-1",
      "engine-2",
      "postgres",
      "proxy",
      "redis",
      "replica-1",
      "replica-2",
      "replica-3",
    ]);
  });

  it("pins every image by a tag that says a version", () => {
    for (const [, { image }] of all) expect(image).toMatch(/:\d[\w.-]*$/);
  });

  it("runs our programs as the image's user, with a root file system that is only read, and no capability", () => {
    const user = textsOf(finalStage(), "USER").at(-1);
    for (const [, one] of ours) {
      expect(one).toMatchObject({ user, read_only: true, cap_drop: ["ALL"] });
      expect(one.security_opt).toContain("no-new-privileges:true");
    }
  });

  it("gives every replica the same settings, with which the service would start", () => {
    expect(replicas).toHaveLength(3);
    for (const [, { environment }] of replicas) {
      expect(environment).toEqual(service("replica-1").environment);
      const config = readConfig({ ...environmentOf(finalStage()), ...placed(environment) });
      expect(config).toMatchObject({
        host: "0.0.0.0",
        roles: ["api", "owner"],
        databaseUrl: readFileSync(join(made, "database-url"), "utf8"),
        redisUrl: readFileSync(join(made, "redis-url"), "utf8"),
        engines: engines.map(([name, one]) => `${name}:${one.environment.ENGINE_PORT}`),
      });
    }
  });

  it("gives every engine options that it takes", () => {
    expect(engines).toHaveLength(2);
    for (const [, { environment, command = [] }] of engines) {
      expect(command).toEqual(["dist/src/engine/main.js"]);
      expect(readOptions([], environment)).toMatchObject({ host: "0.0.0.0", port: 7000 });
    }
  });

  it("names no setting that does not exist", () => {
    for (const [, { environment }] of ours) expect(notKnown(environment)).toEqual([]);
  });

  it("leaves each program more time to end than it takes", () => {
    const seconds = (one: ComposeService) => Number(/^(\d+)s$/.exec(one.stop_grace_period ?? "")?.[1]);
    const drainMs = /drainWithinMs = ([\d_]+)/.exec(readFileSync(join(root, "src/main.ts"), "utf8"))?.[1];
    const service = Number(drainMs?.replaceAll("_", ""));
    for (const [, one] of replicas) expect(seconds(one) * 1000).toBeGreaterThan(service);
    const { limits } = readOptions([], {});
    for (const [, one] of engines) expect(seconds(one) * 1000).toBeGreaterThan(limits.drainMs + 1_000);
  });

  it("lets nobody in but through the proxy, and only from this machine", () => {
    const published = all.filter(([, { ports }]) => ports.length > 0);
    expect(published.map(([name, { ports }]) => [name, ports])).toEqual([["proxy", ["127.0.0.1:4000:8080"]]]);
    for (const [, { networks: of }] of engines) expect(of).toEqual(["engines"]);
    for (const name of ["data", "engines"]) expect(networks[name]?.internal).toBe(true);
    expect(service("proxy").networks).toEqual(["front"]);
  });

  it("waits for what a service needs to be healthy", () => {
    const needs = ["postgres", "redis", ...engines.map(([name]) => name)];
    for (const [, { depends_on: on }] of replicas) expect(Object.keys(on).sort()).toEqual(needs.sort());
    expect(Object.keys(service("proxy").depends_on)).toEqual(replicas.map(([name]) => name));
    for (const [, { depends_on: on }] of all)
      for (const [name, { condition }] of Object.entries(on)) {
        expect(condition).toBe("service_healthy");
        expect(service(name).healthcheck.test[0]).toBe("CMD");
      }
  });

  it("uses networks, volumes and secrets that it has, and has none that are not used", () => {
    const used = (of: (one: ComposeService) => readonly string[]) =>
      [...new Set(all.flatMap(([, one]) => of(one)))].sort();
    expect(used((one) => one.networks)).toEqual(Object.keys(networks).sort());
    expect(used((one) => one.secrets)).toEqual(Object.keys(secrets).sort());
    const named = used((one) => one.volumes.map((volume) => volume.split(":")[0] ?? ""));
    expect(named.filter((name) => !name.startsWith("./"))).toEqual(Object.keys(volumes));
    for (const path of named.filter((name) => name.startsWith("./")))
      expect(statSync(join(root, path)).isFile()).toBe(true);
  });

  it("reads secrets from the files that it mounts, and has none in the open", () => {
    for (const [, one] of all) {
      const files = Object.entries(one.environment).filter(([name]) => name.endsWith("_FILE"));
      for (const [, path] of files) expect(one.secrets).toContain(path.replace("/run/secrets/", ""));
      for (const path of (one.command ?? []).filter((word) => word.startsWith("/run/secrets/")))
        expect(one.secrets).toContain(basename(path));
      expect(Object.keys(one.environment)).not.toContain("DATABASE_URL");
    }
  });
});

describe("the development secrets", () => {
  it("are the files that compose.yaml names, and the key that signs tokens", () => {
    const named = Object.values(secrets).map(({ file }) => basename(file));
    expect(readdirSync(made).sort()).toEqual([...named, "auth-private-key.pem"].sort());
    for (const { file } of Object.values(secrets)) expect(file).toMatch(/^deploy\/secrets\//);
  });

  it("are kept out of the repository and of others' reach", () => {
    expect(readFileSync(join(root, ".gitignore"), "utf8").split("\n")).toContain("deploy/secrets/");
    expect(statSync(made).mode & 0o777).toBe(0o700);
    expect(statSync(join(made, "auth-private-key.pem")).mode & 0o777).toBe(0o400);
  });

  it("are never overwritten", () => {
    const before = readFileSync(join(made, "postgres-password"), "utf8");
    const again = () =>
      execFileSync(process.execPath, [join(root, "deploy/dev-secrets.mjs"), made], { stdio: "pipe" });
    expect(again).toThrow(/is there already/);
    expect(readFileSync(join(made, "postgres-password"), "utf8")).toBe(before);
  });
});

describe("the proxy's configuration", () => {
  const text = readFileSync(join(root, "deploy/proxy/haproxy.cfg"), "utf8");

  it("names every replica at its port, and listens where compose.yaml publishes it", () => {
    const servers = [...text.matchAll(/^ {4}server (\S+) (\S+):(\d+)$/gm)].map((match) => match.slice(1));
    const expected = replicas.map(([name, { environment }]) => [name, name, environment.PORT]);
    expect(servers).toEqual(expected);
    expect(text).toMatch(/^ {4}bind :8080$/m);
  });
});
