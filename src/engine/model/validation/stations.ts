import {
  type Autoscale,
  Balance,
  type Broker,
  Discipline,
  type Station,
} from "../../../gen/architech/engine/v1/engine.ts";
import { checkBalance } from "./balances.ts";
import type { Lookup } from "./lookup.ts";
import { checkOperations } from "./operations.ts";
import { COUNT, type Problems, RATIO, TIME } from "./problems.ts";

const MAX_REPLICAS = 10_000;
const MAX_SLOTS = 1_000_000;

const DISCIPLINES = new Map<Discipline, string>([
  [Discipline.DISCIPLINE_FIFO, "discipline.fifo"],
  [Discipline.DISCIPLINE_LIFO, "discipline.lifo"],
  [Discipline.DISCIPLINE_PRIORITY, "discipline.priority"],
  [Discipline.DISCIPLINE_PROCESSOR_SHARING, "discipline.processor-sharing"],
  [Discipline.DISCIPLINE_INFINITE, "discipline.infinite"],
]);

export function checkStation(problems: Problems, path: string, station: Station, lookup: Lookup): void {
  const endless = station.discipline === Discipline.DISCIPLINE_INFINITE;
  if (station.zone !== "" && !lookup.zones.has(station.zone)) {
    problems.reference(`${path}.zone`, `There is no zone "${station.zone}".`);
  }
  problems.number(`${path}.replicas`, station.replicas, { min: 1, max: MAX_REPLICAS, whole: true });
  problems.number(`${path}.slots`, station.slots, { min: endless ? 0 : 1, max: MAX_SLOTS, whole: true });
  problems.number(`${path}.queue_capacity`, station.queueCapacity, COUNT);
  if (
    station.discipline === Discipline.DISCIPLINE_PROCESSOR_SHARING &&
    station.balance === Balance.BALANCE_CENTRAL_QUEUE
  ) {
    problems.unsupported(`${path}.balance`, "Replicas whose work shares cores have no queue to be central.");
  }
  checkDiscipline(problems, `${path}.discipline`, station.discipline);
  // Without a queue there is nothing to balance.
  if (!endless || station.balance !== Balance.BALANCE_UNSPECIFIED) {
    checkBalance(problems, `${path}.balance`, station.balance);
  }
  checkOperations(problems, path, station, lookup);
  checkCache(problems, `${path}.cache`, station);
  if (station.rateLimit !== undefined) {
    problems.number(`${path}.rate_limit.per_sec`, station.rateLimit.perSec, { min: 0, max: 1e9 });
    problems.number(`${path}.rate_limit.burst`, station.rateLimit.burst, { min: 1, max: 1e9 });
  }
  if (station.autoscale !== undefined)
    checkAutoscale(problems, `${path}.autoscale`, station, station.autoscale);
  if (station.broker !== undefined) checkBroker(problems, `${path}.broker`, station.broker);
  problems.number(`${path}.mtbf_ms`, station.mtbfMs, TIME);
  problems.number(`${path}.mttr_ms`, station.mttrMs, TIME);
  problems.number(`${path}.cost_per_replica_hour`, station.costPerReplicaHour, { min: 0, max: 1e12 });
  problems.number(`${path}.cost_per_million_requests`, station.costPerMillionRequests, { min: 0, max: 1e12 });
}

function checkDiscipline(problems: Problems, path: string, discipline: Discipline): void {
  const name = DISCIPLINES.get(discipline);
  if (discipline === Discipline.DISCIPLINE_UNSPECIFIED) problems.required(path, "A discipline is needed.");
  else if (name === undefined) problems.range(path, `${discipline} is no discipline.`);
  else problems.feature(name, path);
}

/** An interval of 0 is scaling on demand: one queue for all, and no replicas where there is nothing to do. */
function checkAutoscale(problems: Problems, path: string, station: Station, autoscale: Autoscale): void {
  const { min, max, intervalMs } = autoscale;
  if (station.discipline === Discipline.DISCIPLINE_INFINITE) {
    problems.range(path, "A station that serves every request at once has nothing to scale.");
  }
  problems.number(`${path}.interval_ms`, intervalMs, TIME);
  if (intervalMs === 0 && station.balance !== Balance.BALANCE_CENTRAL_QUEUE) {
    problems.range(
      `${path}.interval_ms`,
      "Scaling on demand (interval 0) is for a station with a central queue.",
    );
  }
  const replicas = { min: 0, max: MAX_REPLICAS, whole: true };
  if (problems.number(`${path}.min`, min, { ...replicas, min: intervalMs === 0 ? 0 : 1 })) {
    problems.number(`${path}.max`, max, { ...replicas, min: Math.max(1, min) });
  }
  problems.number(`${path}.target_utilization`, autoscale.targetUtilization, { above: 0, max: 1 });
  problems.number(`${path}.tolerance`, autoscale.tolerance, RATIO);
  problems.number(`${path}.up_delay_ms`, autoscale.upDelayMs, TIME);
  problems.number(`${path}.down_stabilization_ms`, autoscale.downStabilizationMs, TIME);
}

function checkBroker(problems: Problems, path: string, broker: Broker): void {
  if (
    problems.number(`${path}.partitions`, broker.partitions, { ...COUNT, min: 1 }) &&
    broker.partitions > 1
  ) {
    problems.unsupported(`${path}.partitions`, "This engine does not model more than one partition.");
  }
  problems.number(`${path}.max_depth`, broker.maxDepth, COUNT);
  if (broker.overflow === "block") {
    problems.unsupported(`${path}.overflow`, "This engine does not model producers that are blocked.");
  } else if (broker.overflow !== "reject" && broker.overflow !== "drop-oldest") {
    problems.range(`${path}.overflow`, `"${broker.overflow}" is not reject, drop-oldest or block.`);
  }
  problems.number(`${path}.max_deliveries`, broker.maxDeliveries, COUNT);
  if (problems.number(`${path}.redelivery_ms`, broker.redeliveryMs, TIME) && broker.redeliveryMs > 0) {
    problems.unsupported(`${path}.redelivery_ms`, "This engine does not model redelivery.");
  }
  if (broker.deadLetter !== "") {
    problems.unsupported(`${path}.dead_letter`, "Without redelivery nothing becomes a dead letter.");
  }
}

function checkCache(problems: Problems, path: string, station: Station): void {
  if (station.cache === undefined) return;
  problems.number(`${path}.hit_ratio`, station.cache.hitRatio, RATIO);
  problems.number(`${path}.warm_ms`, station.cache.warmMs, TIME);
}
