// What the operator sees of the service, put around its parts: the parts themselves know at most a meter.
import type { Bus } from "../core/ports/bus.ts";
import type { DesignSource } from "../core/ports/designs.ts";
import type { EngineFleet } from "../core/ports/engines.ts";
import type { Leases } from "../core/ports/leases.ts";
import type { Log } from "../core/ports/log.ts";
import { type Meter, noMeter } from "../core/ports/meter.ts";
import type { SimulationStore } from "../core/ports/store.ts";
import { noTracer, type Tracer } from "../core/ports/tracer.ts";
import type { FeedItem } from "../feed/feed.ts";
import type { Source } from "../feed/source.ts";
import type { Commands } from "../orchestrator/commands.ts";
import { observedBus } from "./bus.ts";
import { observedCommands } from "./commands.ts";
import { Deliveries, ObservedSource } from "./deliveries.ts";
import { observedDesigns } from "./designs.ts";
import { observedFleet } from "./engines.ts";
import { startMetricsServer } from "./metrics-server.ts";
import { observedLeases, observedStore } from "./store.ts";
import { startTracing } from "./tracing.ts";

export interface TelemetryOptions {
  /** Undefined: nothing is counted. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  /** Undefined: nothing is traced. */
  readonly traces: { readonly endpoint: string; readonly serviceName: string } | undefined;
  readonly replica: string;
  readonly log: Log;
}

export interface Telemetry {
  readonly meter: Meter;
  readonly tracer: Tracer;
  /** Where Prometheus finds the metrics; undefined where nothing is counted. */
  readonly metricsUrl: string | undefined;
  bus(bus: Bus): Bus;
  fleet(fleet: EngineFleet): EngineFleet;
  store(store: SimulationStore): SimulationStore;
  leases(leases: Leases): Leases;
  designs(designs: DesignSource): DesignSource;
  commands(commands: Commands): Commands;
  reader(source: Source<FeedItem>): Source<FeedItem>;
  /** Sends the last spans, for a bounded time, and closes the port of the metrics. */
  close(): Promise<void>;
}

/** Rejects when the address of the metrics cannot be listened on. */
export async function openTelemetry({ metrics, traces, replica, log }: TelemetryOptions): Promise<Telemetry> {
  // Each is loaded where it is wanted: a start without them is that much quicker.
  const prometheus = metrics === undefined ? undefined : (await import("./prometheus.ts")).createPrometheus();
  const server = metrics && prometheus && (await startMetricsServer({ ...metrics, meter: prometheus, log }));
  const tracing = traces === undefined ? undefined : await startTracing({ ...traces, instance: replica });
  const meter = prometheus ?? noMeter;
  const deliveries = new Deliveries(meter, tracing);
  return {
    meter,
    tracer: tracing ?? noTracer,
    metricsUrl: server?.url,
    bus: (bus) => observedBus(bus, { meter, tracing, deliveries }),
    fleet: (fleet) => observedFleet(fleet, meter, tracing),
    store: (store) => observedStore(store, meter, tracing),
    leases: (leases) => observedLeases(leases, meter, tracing),
    designs: (designs) => observedDesigns(designs, meter),
    commands: (commands) => observedCommands(commands, meter, tracing),
    // Nothing stands between a reader and its events for nobody to look at.
    reader: (source) =>
      prometheus === undefined && tracing === undefined ? source : new ObservedSource(source, deliveries),
    async close() {
      await Promise.all([tracing?.close(), server?.close()]);
      prometheus?.close();
    },
  };
}
