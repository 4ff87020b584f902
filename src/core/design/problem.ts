import { MAX_ECHO_CHARACTERS, MAX_PROBLEMS } from "./limits.ts";

/**
 * Every code that checking or translating a design can give, with its meaning. E- refuses the design, W- is a
 * warning beside a design that runs. The table in docs/design-format.md holds the same codes.
 */
export const DESIGN_CODES = {
  "E-SCHEMA":
    "The document does not have the shape of a design: a field is missing, unknown or of another type.",
  "E-RANGE": "A number is not finite or lies outside what its field allows.",
  "E-LIMITS": "The design is larger, or would run longer, than is allowed.",
  "E-ID-DUP": "Two things share an id.",
  "E-REF": "A field names something that is not in the design, or not where it must be.",
  "E-EDGE-END": "An edge begins or ends at a node that is not in the design.",
  "E-TYPE-EDGE": "An edge joins types of nodes that it cannot join.",
  "E-NO-ENTRY": "No workload reaches a node that serves requests.",
  "E-DIST": "A distribution's numbers do not describe a distribution.",
  "E-WEIGHTS": "Weights that share requests add up to nothing.",
  "E-SYNC-CYCLE": "Calls form a cycle that every request goes round for ever.",
  "E-CALLS": "One request leads to too many calls.",
  "E-ONMISS": "onMissOf names no earlier call to a cache in the same steps.",
  "E-FAULT-TARGET": "A fault aims at something that it cannot act on.",
  "E-FAULT-TIME": "A fault begins after the end of the run.",
  "W-SATURATED": "A node is offered more than it can carry.",
  "W-ISOLATED": "A node has no edges, or an edge is never called.",
  "W-NOLOAD": "A client sends nothing.",
  "W-TIMEOUT-ORDER": "A caller gives up before its callee's own calls would.",
  "W-RETRY-AMPLIFY": "Retries can multiply the load more than tenfold, or past what a node can carry.",
  "W-POOL": "A caller can have more calls under way than an edge or its callee takes.",
  "W-SHORT": "The run is too short for precise averages.",
  "W-FAULT-SKIPPED": "The run was shortened: a fault lies after its end and is left out.",
  "W-ASSUMED": "Numbers that the design does not give were assumed.",
} as const;

export type DesignCode = keyof typeof DESIGN_CODES;

/** One thing wrong with a design, or worth knowing about it. */
export type DesignProblem = {
  readonly code: DesignCode;
  /** Into the design, for example `edges[3].data.timeoutMs`; empty: the design as a whole. */
  readonly path: string;
  /** Says what to do. Repeats at most a few short values of the design. */
  readonly message: string;
  readonly severity: "error" | "warning";
};

/** A step into a document: a field's name or an index. */
export type PathSegment = string | number;

/** Makes a problem; its severity follows from its code. */
export function problem(code: DesignCode, path: string, message: string): DesignProblem {
  return { code, path, message, severity: code.startsWith("E-") ? "error" : "warning" };
}

/** `["edges", 3, "data"]` as `edges[3].data`. Long names are cut. */
export function pathText(segments: readonly PathSegment[]): string {
  let text = "";
  for (const segment of segments) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(segment)) text += `${text === "" ? "" : "."}${cut(segment)}`;
    else text += `[${echo(segment)}]`;
  }
  return text;
}

/** A value of the design, quoted for a message: bounded, with control characters escaped. */
export function echo(value: string): string {
  return JSON.stringify(cut(value));
}

/** At most MAX_PROBLEMS of these, the last one saying how many more there are. */
export function bounded(problems: readonly DesignProblem[]): DesignProblem[] {
  if (problems.length <= MAX_PROBLEMS) return [...problems];
  const shown = problems.slice(0, MAX_PROBLEMS - 1);
  const rest = problems.length - shown.length;
  const code = problems[shown.length]?.code ?? "E-SCHEMA";
  return [...shown, problem(code, "", `Mend these first: there are ${rest} more problems.`)];
}

function cut(text: string): string {
  return text.length <= MAX_ECHO_CHARACTERS ? text : `${text.slice(0, MAX_ECHO_CHARACTERS)}…`;
}
