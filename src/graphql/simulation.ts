import { limits } from "../core/limits.ts";
import type { EngineRun, Failure, Simulation, Waiting } from "../core/simulation.ts";
import { roleFor } from "../core/viewer.ts";
import { beyondSnapshot, builder } from "./builder.ts";
import { Design, loadDesigns } from "./design.ts";
import { metricsQuery } from "./input.ts";
import { MetricsPointType } from "./metrics.ts";
import { NodeInterface } from "./node.ts";
import { SimulationReportType } from "./report.ts";
import { RoleEnum } from "./role.ts";
import { DesiredStatusEnum, SimulationStatusEnum } from "./status.ts";

const FailureType = builder.objectRef<Failure>("SimulationFailure").implement({
  description: "Why a simulation failed.",
  fields: (t) => ({
    code: t.exposeString("code", { description: "For programs; stable." }),
    message: t.exposeString("message", { description: "For people." }),
  }),
});

const WaitingType = builder.objectRef<Waiting>("SimulationWaiting").implement({
  description: "What a QUEUED simulation waits for.",
  fields: (t) => ({
    code: t.field({
      type: builder.enumType("WaitingCode", {
        description: "What is waited for.",
        values: {
          CAPACITY: { description: "A place within the limits of the service, the project or the user." },
          DESIGN_SERVICE: { description: "The Design Service does not answer." },
          ENGINE_FULL: { description: "No engine has room." },
          ENGINE_UNAVAILABLE: { description: "No engine answers." },
        } satisfies Record<Waiting["code"], { description: string }>,
      }),
      description: "For programs.",
      resolve: (it) => it.code,
    }),
    message: t.exposeString("message", { description: "For people." }),
  }),
});

const QueueType = builder
  .objectRef<{ position: number; reason: string | null }>("SimulationQueue")
  .implement({
    description: "The place of a QUEUED simulation.",
    fields: (t) => ({
      position: t.exposeInt("position", { description: "1 is the next that the scheduler would take." }),
      reason: t.exposeString("reason", { nullable: true, description: "What it waits for; null: its turn." }),
    }),
  });

const OwnerType = builder.objectRef<EngineRun & { owner: string }>("SimulationOwner").implement({
  description: "Who drives the simulation's engine run.",
  fields: (t) => ({
    replica: t.exposeString("owner", { description: "The replica of this service." }),
    fencingToken: t.exposeInt("fencingToken", { description: "Raised by each new owner." }),
    leaseExpiresAt: t.loadable({
      ...beyondSnapshot,
      type: "DateTime",
      nullable: true,
      description:
        "When the replica's right to drive ends unless it is renewed; null: it has ended, and others take over.",
      loaderOptions: { cache: false },
      load: async (replicas: string[], { leases }) => {
        const expiries = await leases.expiries([...new Set(replicas)]);
        return replicas.map((replica) => expiries.get(replica) ?? null);
      },
      resolve: (it) => it.owner,
    }),
    engine: t.exposeString("engine", { nullable: true, description: "The address of the engine." }),
  }),
});

export const SimulationType = builder.objectRef<Simulation>("Simulation").implement({
  description: "One run of one design, from request to terminal status.",
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID("id", { description: "Sorts by time of creation." }),
    designId: t.exposeID("designId", { description: "The design it runs." }),
    designRevision: t.exposeInt("designRevision", {
      nullable: true,
      description: "The revision it runs; null until the design has been fetched.",
    }),
    designName: t.exposeString("designName", {
      nullable: true,
      description: "What that revision was called; null until the design has been fetched.",
    }),
    projectId: t.exposeID("projectId", { description: "The project it belongs to." }),
    userId: t.exposeID("userId", { description: "Who started it." }),
    status: t.field({
      type: SimulationStatusEnum,
      description: "What is confirmed.",
      resolve: (it) => it.status,
    }),
    desiredStatus: t.field({
      type: DesiredStatusEnum,
      description: "What was last asked.",
      resolve: (it) => it.desiredStatus,
    }),
    failure: t.field({
      type: FailureType,
      nullable: true,
      description: "Why it is FAILED; null in every other status.",
      // A bound that was reached is noted before the engine has confirmed the end.
      resolve: (it) => (it.status === "FAILED" ? it.failure : null),
    }),
    waiting: t.field({
      type: WaitingType,
      nullable: true,
      description: "What it waits for while QUEUED; null: nothing, or its turn.",
      resolve: (it) => it.waiting,
    }),
    staleReason: t.exposeString("staleReason", {
      nullable: true,
      description: "Why nothing new is known just now, for example a lost engine; null while all is well.",
    }),
    progress: t.exposeFloat("progress", { description: "Part of the duration that is done, in [0,1]." }),
    simulatedTime: t.exposeFloat("simulatedTime", { description: "How far it has come, simulated s." }),
    duration: t.exposeFloat("duration", {
      nullable: true,
      description:
        "How far it will go, simulated s; null until the design has been fetched, unless the start said it.",
    }),
    speed: t.exposeFloat("speed", {
      description: "Confirmed; simulated s per wall s, 0 = as fast as possible.",
    }),
    desiredSpeed: t.exposeFloat("desiredSpeed", {
      description: "Last asked; simulated s per wall s, 0 = as fast as possible.",
    }),
    seed: t.exposeFloat("seed", {
      description: "Of the random numbers, a whole number: same design, same seed, same run.",
    }),
    attempt: t.exposeInt("attempt", {
      description: "Engine runs made so far; more than 1 after an engine was lost.",
    }),
    lastSeq: t.exposeInt("lastSeq", { description: "The seq of the newest event of its log." }),
    labels: t.field({
      type: "JSON",
      description: "What the start said: an object of strings.",
      resolve: (it) => it.labels,
    }),
    createdAt: t.field({
      type: "DateTime",
      description: "When it was asked for.",
      resolve: (it) => it.createdAt,
    }),
    startTime: t.field({
      type: "DateTime",
      nullable: true,
      description: "When its engine run began; null before.",
      resolve: (it) => it.startTime,
    }),
    endTime: t.field({
      type: "DateTime",
      nullable: true,
      description: "When it became terminal; null before.",
      resolve: (it) => it.endTime,
    }),
    owner: t.field({
      type: OwnerType,
      nullable: true,
      description: "Who drives it; null while nobody has to. For operators of the project; null for others.",
      resolve: (it, _, { viewer }) => {
        const { run } = it;
        return run.owner === null || roleFor(viewer, it) === "viewer" ? null : { ...run, owner: run.owner };
      },
    }),
    viewerRole: t.field({
      type: RoleEnum,
      description: "What the viewer may do with it: of one's own one is an operator at least.",
      resolve: (it, _, { viewer }) => roleFor(viewer, it),
    }),
    design: t.loadable({
      ...beyondSnapshot,
      type: Design,
      nullable: true,
      description: "The design as it is now; null when it is gone, or the viewer may not see it.",
      // Batches, but keeps nothing: the loader of a subscription lives as long as the subscription.
      loaderOptions: { cache: false },
      load: loadDesigns,
      resolve: (it) => it.designId,
    }),
    designDocument: t.field({
      ...beyondSnapshot,
      type: "JSON",
      nullable: true,
      description: "The design as it was fetched for this simulation: what ran is what is shown.",
      resolve: async (it, _, { store, viewer }) => (await store.documents(viewer, it.id))?.design ?? null,
    }),
    queue: t.loadable({
      ...beyondSnapshot,
      type: QueueType,
      nullable: true,
      description: "Its place in the queue; null when it is not QUEUED.",
      loaderOptions: { cache: false },
      load: async (waiting: Simulation[], { store }) => {
        const positions = await store.queuePositions(waiting.map((it) => it.id));
        return waiting.map((it) => {
          const position = positions.get(it.id);
          return position === undefined ? null : { position, reason: it.waiting?.message ?? null };
        });
      },
      resolve: (it) => (it.status === "QUEUED" ? it : null),
    }),
    metrics: t.field({
      ...beyondSnapshot,
      type: [MetricsPointType],
      description: "The metric history, ascending, merged so that a plot stays small.",
      args: {
        from: t.arg.float({ description: "From here, simulated s; the beginning when left out." }),
        to: t.arg.float({ description: "To here, simulated s; the end when left out." }),
        maxPoints: t.arg.int({
          description: `At most so many points, at most ${limits.metricPointsMax}; ${limits.metricPointsDefault} when left out.`,
        }),
        componentIds: t.arg.idList({
          description: `Of these components as well, at most ${limits.metricComponentsMax}; none when left out. Ids that the design lacks are left out.`,
        }),
      },
      resolve: async (it, args, { store, viewer }) =>
        (await store.metrics(viewer, it.id, metricsQuery(args))) ?? [],
    }),
    report: t.field({
      ...beyondSnapshot,
      type: SimulationReportType,
      nullable: true,
      description: "The result; null until COMPLETED.",
      resolve: async (it, _, { store, viewer }) => (await store.documents(viewer, it.id))?.report ?? null,
    }),
  }),
});
