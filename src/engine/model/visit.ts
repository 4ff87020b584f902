import { LogRecord_Level } from "../../gen/architech/engine/v1/engine.ts";
import type { Request } from "./flight.ts";
import type { Journal } from "./journal.ts";
import {
  ARRIVALS,
  BEGUN,
  ENDED,
  ERRORS,
  HITS,
  LOOKUPS,
  REJECTED,
  WAIT_MS,
  WORK_MS,
} from "./metrics/station-meter.ts";
import { add } from "./metrics/tally.ts";
import type { Station } from "./station.ts";

/** What is counted, and what is drawn, when a request visits a station. */

export function countArrival(station: Station): void {
  add(station.meter.tally, ARRIVALS, 1);
}

/** Refused, or nothing was there to serve it. Neither takes time, nor shows in the time spent in the station. */
export function countTurnedAway(station: Station, refused: boolean): void {
  const { tally } = station.meter;
  if (refused) {
    add(tally, REJECTED, 1);
    return;
  }
  add(tally, ENDED, 1);
  add(tally, ERRORS, 1);
}

/** It has a slot. */
export function countBegun(request: Request, station: Station, nowMs: number): void {
  const { tally } = station.meter;
  add(tally, BEGUN, 1);
  add(tally, WAIT_MS, nowMs - request.arrivedMs);
}

export function countWork(request: Request, nowMs: number): void {
  const clockMs = request.pool?.sharing?.workedAt(nowMs) ?? nowMs;
  const workMs = clockMs - request.workSinceMs;
  request.workMs += workMs;
  add(request.link.to.meter.tally, WORK_MS, workMs);
}

export function countEnd(request: Request, station: Station, failed: boolean, nowMs: number): void {
  const { meter } = station;
  add(meter.tally, ENDED, 1);
  if (failed) add(meter.tally, ERRORS, 1);
  meter.residence.record(nowMs - request.arrivedMs);
}

/** Whether the station's cache has what the request asks for; a hit shortens its way. */
export function lookUp(request: Request, station: Station, nowMs: number): void {
  const { tally } = station.meter;
  add(tally, LOOKUPS, 1);
  if (station.cacheDraws.chance(station.hitRatio(nowMs))) {
    add(tally, HITS, 1);
    request.lastStep = request.operation.hitEnd;
  } else {
    request.missed = true;
  }
}

/** Whether a fault makes this request fail. */
export function failsByFault(station: Station): boolean {
  if (station.failNext > 0) {
    station.failNext--;
    return true;
  }
  return station.faultDraws.chance(station.abortRatio);
}

/** Says so, the first time. */
export function noteFull(station: Station, journal: Journal): void {
  if (station.fullSeen) return;
  station.fullSeen = true;
  const message = `The queue of ${station.id} is full: a request was refused, for the first time.`;
  journal.log(LogRecord_Level.LEVEL_WARN, "QUEUE_FULL", message, station.id);
}
