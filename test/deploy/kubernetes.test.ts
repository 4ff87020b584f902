// The manifests of deploy/kubernetes, as far as they can be judged without a cluster; topology.test.ts runs what they
// say.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readConfig } from "../../src/config.ts";
import { readOptions } from "../../src/engine/options.ts";
import { environmentOf, finalStage, root, textsOf } from "./dockerfile.ts";
import { notKnown } from "./known-settings.ts";
import {
  environmentOfPod,
  type Manifest,
  readManifests,
  readWorkloads,
  secretKeys,
  type Workload,
} from "./manifests.ts";

const manifests = readManifests();
const workloads = readWorkloads();
const ofKind = (kind: string) => manifests.filter((one) => one.kind === kind);

function workload(name: string): Workload {
  const found = workloads.find((one) => one.metadata.name === name);
  if (found === undefined) throw new Error(`There is no workload ${name}.`);
  return found;
}

const only = ({ spec }: Workload) => spec.template.spec.containers[0];
const labelsOf = ({ spec }: Workload) => spec.template.metadata.labels;
const [api, owner, engine] = [workload("api"), workload("owner"), workload("engine")];

/** Whether pods of a workload have all these labels. */
function selects(labels: Readonly<Record<string, string>>, one: Workload): boolean {
  return Object.entries(labels).every(([name, value]) => labelsOf(one)[name] === value);
}

const matchLabels = z.object({ matchLabels: z.record(z.string(), z.string()) });

describe("the manifests", () => {
  it("are what a deployment needs, all in one namespace", () => {
    expect(workloads.map(({ metadata: { name } }) => name).sort()).toEqual(["api", "engine", "owner"]);
    const [namespace] = ofKind("Namespace");
    for (const { kind, metadata } of manifests)
      if (kind !== "Namespace") expect([kind, metadata.namespace]).toEqual([kind, namespace?.metadata.name]);
  });

  it("run one image, pinned by its tag, as the user whom the image names", () => {
    const uid = Number(textsOf(finalStage(), "USER").at(-1)?.split(":")[0]);
    expect(new Set(workloads.map((one) => only(one).image)).size).toBe(1);
    for (const one of workloads) {
      expect(only(one).image).toMatch(/:\d+\.\d+\.\d+$/);
      expect(one.spec.template.spec.securityContext.runAsUser).toBe(uid);
      expect(one.spec.template.spec.serviceAccountName).toBe(ofKind("ServiceAccount")[0]?.metadata.name);
    }
  });

  it("split the roles", () => {
    const program = textsOf(finalStage(), "CMD")[0];
    for (const [one, roles] of [
      [api, "api"],
      [owner, "owner"],
    ] as const) {
      expect(environmentOfPod(one).ROLES).toBe(roles);
      expect(JSON.stringify(only(one).args)).toBe(program);
      expect(one.spec.replicas).toBeGreaterThan(1);
    }
    const { ROLES: _, ...ofApi } = environmentOfPod(api);
    const { ROLES: __, ...ofOwner } = environmentOfPod(owner);
    expect(ofApi).toEqual(ofOwner);
  });

  it("select the pods that they make", () => {
    for (const one of workloads) {
      const selected = matchLabels.parse(one.spec.selector).matchLabels;
      expect(workloads.filter((other) => selects(selected, other))).toEqual([one]);
      for (const { labelSelector } of one.spec.template.spec.topologySpreadConstraints)
        expect(matchLabels.parse(labelSelector).matchLabels).toEqual(selected);
    }
  });

  it("mount volumes that there are, and keys that the secret has", () => {
    for (const one of workloads) {
      const { volumes } = one.spec.template.spec;
      const mounts = only(one).volumeMounts;
      expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort());
      expect(mounts.map(({ mountPath }) => mountPath)).toContain(environmentOf(finalStage()).DATA_DIR);
    }
    const files = Object.entries(environmentOfPod(api)).filter(([name]) => name.endsWith("_FILE"));
    expect(files.length).toBeGreaterThan(1);
    for (const [, path] of files) {
      const mount = only(api).volumeMounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
      const volume = api.spec.template.spec.volumes.find(({ name }) => name === mount?.name);
      const keys = secretKeys().get(volume?.secret?.secretName ?? "") ?? [];
      expect(keys).toContain(path.slice((mount?.mountPath.length ?? 0) + 1));
    }
  });
});

describe("the settings", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "simulation-secret-"));
    writeFileSync(join(folder, "database-url"), "postgres://simulation:x@postgres.example:5432/simulation");
    writeFileSync(join(folder, "redis-url"), "rediss://:x@redis.example:6379/0");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(["api", "owner"])("of %s are such that the service would start, with every engine", (name) => {
    const environment = environmentOfPod(workload(name));
    expect(notKnown(environment)).toEqual([]);
    const placed = Object.fromEntries(
      Object.entries(environment).map(([variable, value]) => [
        variable,
        value.replace("/run/secrets/simulation", folder),
      ]),
    );
    const config = readConfig({ ...environmentOf(finalStage()), ...placed });
    const { port } = engineOptions();
    const { serviceName, replicas } = engine.spec;
    const expected = Array.from({ length: replicas }, (_, i) => `engine-${i}.${serviceName}:${port}`);
    expect(config).toMatchObject({ host: "0.0.0.0", engines: expected, roles: [name] });
  });

  const engineOptions = () => readOptions([], environmentOfPod(engine));

  it("of the engine are options that it takes", () => {
    expect(notKnown(environmentOfPod(engine))).toEqual([]);
    expect(engineOptions().host).toBe("0.0.0.0");
    expect(only(engine).ports).toEqual([{ name: "grpc", containerPort: engineOptions().port }]);
  });

  it("name the ports that containers declare and Prometheus asks", () => {
    const image = environmentOf(finalStage());
    for (const one of [api, owner]) {
      const { METRICS_PORT } = environmentOfPod(one);
      expect(only(one).ports).toEqual([
        { name: "http", containerPort: Number(image.PORT) },
        { name: "metrics", containerPort: Number(METRICS_PORT) },
      ]);
      expect(one.spec.template.metadata.annotations["prometheus.io/port"]).toBe(METRICS_PORT);
    }
  });
});

describe("probes", () => {
  it("ask what is there, at a port that the container has", () => {
    const asked = (one: Workload) => {
      const { startupProbe, readinessProbe, livenessProbe } = only(one);
      return [startupProbe, readinessProbe, livenessProbe].map((probe) => probe.httpGet?.path);
    };
    for (const one of [api, owner]) expect(asked(one)).toEqual(["/healthz", "/readyz", "/healthz"]);
    for (const one of workloads) {
      const names = only(one).ports.flatMap(({ name, containerPort }) => [name, containerPort]);
      const { startupProbe, readinessProbe, livenessProbe } = only(one);
      for (const { httpGet, grpc, tcpSocket } of [startupProbe, readinessProbe, livenessProbe])
        expect(names).toContain((httpGet ?? grpc ?? tcpSocket)?.port);
    }
    expect(only(engine).readinessProbe.grpc).toBeDefined();
  });

  it("wait longer for readiness than its answer takes where the database hangs", () => {
    for (const one of [api, owner]) expect(only(one).readinessProbe.timeoutSeconds).toBeGreaterThan(2);
  });
});

describe("an end in order", () => {
  it("has the time that it takes: the wait before the signal, the drain, and some more", () => {
    const drainMs = /drainWithinMs = ([\d_]+)/.exec(readFileSync(join(root, "src/main.ts"), "utf8"))?.[1];
    const drainS = Number(drainMs?.replaceAll("_", "")) / 1000;
    for (const one of [api, owner]) {
      const before = only(one).lifecycle?.preStop.sleep.seconds ?? 0;
      expect(before).toBeGreaterThan(0);
      expect(one.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(before + drainS);
    }
    const { limits } = readOptions([], environmentOfPod(engine));
    const grace = engine.spec.template.spec.terminationGracePeriodSeconds;
    expect(grace).toBeGreaterThan(limits.drainMs / 1000 + 1);
  });

  it("takes no replica away before another is ready", () => {
    for (const one of [api, owner]) expect(one.spec.strategy?.rollingUpdate.maxUnavailable).toBe(0);
  });

  it("leaves some of each: a disruption budget", () => {
    const budget = z.object({
      spec: z.object({
        selector: matchLabels,
        minAvailable: z.number().optional(),
        maxUnavailable: z.number().optional(),
      }),
    });
    const budgets = ofKind("PodDisruptionBudget").map((one) => budget.parse(one).spec);
    for (const one of workloads) {
      const own = budgets.filter(({ selector }) => selects(selector.matchLabels, one));
      expect(own).toHaveLength(1);
      const { minAvailable = 0, maxUnavailable = one.spec.replicas - minAvailable } = own[0] ?? {};
      expect(maxUnavailable).toBe(1);
      expect(one.spec.replicas - maxUnavailable).toBeGreaterThan(0);
    }
  });
});

describe("the network", () => {
  const selectorOf = z.object({
    spec: z.object({
      selector: z.record(z.string(), z.string()),
      clusterIP: z.string().optional(),
      ports: z.array(z.object({ name: z.string(), port: z.number(), targetPort: z.string() })),
    }),
  });
  const service = (name: string) => {
    const found = ofKind("Service").find((one) => one.metadata.name === name);
    return selectorOf.parse(found).spec;
  };

  it("has services that select their pods, at ports that those have", () => {
    for (const [name, one] of [
      ["api", api],
      ["engine", engine],
    ] as const) {
      const { selector, ports } = service(name);
      expect(workloads.filter((other) => selects(selector, other))).toEqual([one]);
      for (const { targetPort } of ports)
        expect(only(one).ports.map((port) => port.name)).toContain(targetPort);
    }
    expect(service(engine.spec.serviceName ?? "").clusterIP).toBe("None");
  });

  const peer = z.object({
    podSelector: matchLabels.optional(),
    namespaceSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
  });
  const policy = z.object({
    spec: z.object({
      podSelector: z.object({
        matchLabels: z.record(z.string(), z.string()).optional(),
        matchExpressions: z.array(z.object({ values: z.array(z.string()) })).optional(),
      }),
      egress: z.array(z.unknown()).optional(),
      ingress: z
        .array(z.object({ from: z.array(peer), ports: z.array(z.object({ port: z.string() })) }))
        .default([]),
    }),
  });
  const named = (name: string) =>
    policy.parse(ofKind("NetworkPolicy").find((one) => one.metadata.name === name)).spec;

  it("shuts everything that is not let in by name", () => {
    expect(named("nobody")).toMatchObject({ podSelector: {}, ingress: [] });
  });

  it("lets only owners and api reach an engine, which calls nobody", () => {
    const { podSelector, ingress, egress } = named("engine");
    expect(workloads.filter((one) => selects(podSelector.matchLabels ?? {}, one))).toEqual([engine]);
    const from = ingress.flatMap((rule) => rule.from);
    const reached = workloads.filter((one) =>
      from.some((other) => selects(other.podSelector?.matchLabels ?? { "": "" }, one)),
    );
    expect(reached.map(({ metadata: { name } }) => name).sort()).toEqual(["api", "owner"]);
    expect(ingress.flatMap(({ ports }) => ports)).toEqual([{ port: "grpc" }]);
    expect(egress).toEqual([]);
  });

  it("lets only monitoring read metrics", () => {
    const { podSelector, ingress } = named("metrics");
    expect(podSelector.matchExpressions?.flatMap(({ values }) => values)).toEqual(["api", "owner"]);
    expect(ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
        ports: [{ port: "metrics" }],
      },
    ]);
    expect(named("api").ingress.flatMap(({ ports }) => ports)).toEqual([{ port: "http" }]);
  });

  it("has examples that lead to the service and to the deployment that there are", () => {
    const text = (kind: string) => JSON.stringify(ofKind(kind) satisfies Manifest[]);
    expect(text("Ingress")).toContain('"service":{"name":"api","port":{"name":"http"}}');
    expect(text("HorizontalPodAutoscaler")).toContain('"kind":"Deployment","name":"api"');
  });
});
