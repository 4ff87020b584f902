// The text of a sample of metrics, JSON as `JSON.stringify` writes it, and where its values are: who shows some of them copies
// them from there. It is looked at as UTF-8: as a string with a character for each byte, or as bytes.
import type { ComponentMetrics, MetricsSampled } from "./events.ts";
import { jsonNumber, jsonString } from "./json-pattern.ts";
import { ascii } from "./literal.ts";

/** The values of a sample in the order in which they are written, and those of each of its components. */
export const sampleValues = [
  "window",
  "progress",
  "offered",
  "throughput",
  "errorRate",
  "latencyMean",
  "latencyP50",
  "latencyP95",
  "latencyP99",
  "latencyMax",
  "inFlight",
] as const satisfies readonly (keyof MetricsSampled)[];
export const componentValues = [
  "componentId",
  "arrivals",
  "throughput",
  "errorRate",
  "rejected",
  "utilization",
  "queueLength",
  "queueMax",
  "replicas",
  "latencyMean",
  "latencyP50",
  "latencyP95",
  "latencyP99",
  "hitRatio",
] as const satisfies readonly (keyof ComponentMetrics)[];

const beginning = '{"type":"METRICS_SAMPLED",';
const beforeComponents = ',"components":[';

const keysOf = (before: string, names: readonly string[]) =>
  names.map((name, index) => `${index === 0 ? before : ","}"${name}":`);
const sampleKeys = keysOf(beginning, sampleValues);
const componentKeys = keysOf("{", componentValues);

const patternOf = (text: string) => text.replace(/[[{]/g, "\\$&");
const ofComponent = componentKeys.map(
  (key, index) => patternOf(key) + patternOfValue(componentValues[index]),
);
const component = `${ofComponent.join("")}\\}`;
const ofSample = sampleKeys.map((key) => patternOf(key) + jsonNumber).join("");
const sample = new RegExp(
  `${ofSample}${patternOf(beforeComponents)}(?:${component}(?:,${component})*)?\\]\\}`,
  "y",
);

function patternOfValue(name: string | undefined): string {
  if (name === "componentId") return jsonString;
  return name === "hitRatio" ? `(?:null|${jsonNumber})` : jsonNumber;
}

/** Whether this JSON is a sample's, in whatever way it is written. */
export function isSample(json: string): boolean {
  return json.startsWith(beginning);
}

/**
 * The place after the sample that begins there. Null: there is none, or it is not written as `JSON.stringify` writes one with
 * all that it has: numbers, a string, and null where there is no hit ratio. `bytes`: UTF-8, a character for each byte.
 */
export function endOfSample(bytes: string, from: number): number | null {
  sample.lastIndex = from;
  return sample.test(bytes) ? sample.lastIndex : null;
}

const lengths = (texts: readonly string[]) => Int32Array.from(texts, ({ length }) => length);
const sampleSteps = lengths(sampleKeys);
const componentSteps = lengths(componentKeys);
/** Of the text of a component: its values have a character each, and the string two. */
export const leastOfComponent = componentSteps.reduce((sum, length) => sum + length + 1, 2);

/** Each value has two places: where it begins, and where it has ended, by its index in the values above. */
export const placesOfSample = new Int32Array(2 * sampleValues.length);
export const placesOfComponent = new Int32Array(2 * componentValues.length);
const [quote, backslash, comma, closeBrace] = ascii('"\\,}');

/** Of a sample that is one (`endOfSample`) and begins there. The place of the first component, or of the end of all. */
export function findInSample(bytes: Uint8Array, from: number): number {
  return findValues(bytes, from, sampleSteps, placesOfSample) + beforeComponents.length;
}

/** Of the component that begins there, in a sample that is one. The place after it. */
export function findInComponent(bytes: Uint8Array, from: number): number {
  return findValues(bytes, from, componentSteps, placesOfComponent) + 1;
}

function findValues(bytes: Uint8Array, from: number, steps: Int32Array, places: Int32Array): number {
  let at = from;
  for (let index = 0; index < steps.length; index += 1) {
    at += steps[index] ?? 0;
    places[2 * index] = at;
    if (bytes[at] === quote) at = endOfString(bytes, at);
    while (at < bytes.length && bytes[at] !== comma && bytes[at] !== closeBrace) at += 1;
    places[2 * index + 1] = at;
  }
  return at;
}

function endOfString(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at + 1;
}
