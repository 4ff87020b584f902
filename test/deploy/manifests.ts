// compose.yaml and the manifests of deploy/kubernetes, read.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { root } from "./dockerfile.ts";

const texts = z.record(z.string(), z.string());

const composeService = z.object({
  image: z.string(),
  build: z.string().optional(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: texts.default({}),
  secrets: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.coerce.string()) }),
});

const compose = z.object({
  services: z.record(z.string(), composeService),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.object({})),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

export type ComposeService = z.output<typeof composeService>;

export function readCompose(): z.output<typeof compose> {
  return compose.parse(parse(readFileSync(join(root, "compose.yaml"), "utf8"), { merge: true }));
}

const port = z.union([z.number(), z.string()]);
const probe = z.object({
  httpGet: z.object({ path: z.string(), port }).optional(),
  grpc: z.object({ port: z.number() }).optional(),
  tcpSocket: z.object({ port }).optional(),
  periodSeconds: z.number().default(10),
  failureThreshold: z.number().default(3),
  timeoutSeconds: z.number().default(1),
});
const selector = z.object({
  matchLabels: texts.optional(),
  matchExpressions: z.array(z.unknown()).optional(),
});
const security = z.object({
  runAsNonRoot: z.literal(true),
  runAsUser: z.number().min(1),
  runAsGroup: z.number().min(1),
  fsGroup: z.number(),
  seccompProfile: z.object({ type: z.literal("RuntimeDefault") }),
});

const container = z.object({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  startupProbe: probe,
  readinessProbe: probe,
  livenessProbe: probe,
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }).optional(),
  resources: z.object({ requests: z.object({ cpu: z.string(), memory: z.string() }), limits: texts }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
export type PodContainer = z.output<typeof container>;

const workload = z.object({
  kind: z.enum(["Deployment", "StatefulSet"]),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    replicas: z.number(),
    serviceName: z.string().optional(),
    strategy: z
      .object({ rollingUpdate: z.object({ maxUnavailable: z.number(), maxSurge: z.number() }) })
      .optional(),
    selector,
    template: z.object({
      metadata: z.object({ labels: texts, annotations: texts.default({}) }),
      spec: z.object({
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.literal(false),
        enableServiceLinks: z.literal(false),
        terminationGracePeriodSeconds: z.number(),
        securityContext: security,
        topologySpreadConstraints: z.array(z.object({ labelSelector: selector })),
        containers: z.tuple([container]),
        volumes: z.array(
          z.object({ name: z.string(), secret: z.object({ secretName: z.string() }).optional() }),
        ),
      }),
    }),
  }),
});
export type Workload = z.output<typeof workload>;

const metadata = z.object({ name: z.string(), namespace: z.string().optional() });
const anyManifest = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata });
export type Manifest = z.output<typeof anyManifest>;

/** Of all files, those of examples/ included. */
export function readManifests(): readonly Manifest[] {
  const folder = join(root, "deploy/kubernetes");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((one) =>
    one.endsWith(".yaml"),
  );
  return files.sort().flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), "utf8")).map((document) => {
      if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join()}`);
      return anyManifest.parse(document.toJS());
    }),
  );
}

export function readWorkloads(): readonly Workload[] {
  return readManifests()
    .filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet")
    .map((one) => workload.parse(one));
}

const configMap = z.looseObject({ metadata, data: texts });
const secret = z.looseObject({ metadata, stringData: texts });

export function configMaps(): ReadonlyMap<string, Record<string, string>> {
  const maps = readManifests().filter(({ kind }) => kind === "ConfigMap");
  return new Map(maps.map((one) => configMap.parse(one)).map(({ metadata: { name }, data }) => [name, data]));
}

export function secretKeys(): ReadonlyMap<string, readonly string[]> {
  const found = readManifests().filter(({ kind }) => kind === "Secret");
  return new Map(
    found.map((one) => secret.parse(one)).map((one) => [one.metadata.name, Object.keys(one.stringData)]),
  );
}

/** The environment of a workload's container, as Kubernetes puts it together. */
export function environmentOfPod({ spec }: Workload): Record<string, string> {
  const [only] = spec.template.spec.containers;
  const maps = configMaps();
  const shared = only.envFrom.map(({ configMapRef: { name } }) => {
    const data = maps.get(name);
    if (data === undefined) throw new Error(`There is no ConfigMap ${name}.`);
    return data;
  });
  return Object.assign({}, ...shared, Object.fromEntries(only.env.map(({ name, value }) => [name, value])));
}
