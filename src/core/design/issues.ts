import type { z } from "zod";
import { type DesignCode, type DesignProblem, echo, type PathSegment, pathText, problem } from "./problem.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What the schema found, in the words of a design's author. `input` is the document that was checked. */
export function problemsOf(issues: readonly Issue[], input: unknown): DesignProblem[] {
  return issues.flatMap((issue) => fromIssue(issue, [], input));
}

function fromIssue(issue: Issue, prefix: Path, input: unknown): DesignProblem[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const best = closest(issue.errors, valueAt(input, path));
    return best.flatMap((inner) => fromIssue(inner, path, input));
  }
  if (issue.code === "invalid_key" || issue.code === "invalid_element")
    return issue.issues.slice(0, 1).map((inner) => {
      const { code, message } = say(inner, undefined);
      return problem(code, pathText(segments(path)), message);
    });
  const { code, message } = say(issue, valueAt(input, path));
  return [problem(code, pathText(segments(path)), message)];
}

/** Of a union's branches, the one that the author meant: the one whose own kind of value was given. */
function closest(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] {
  const meant = branches.find(
    (issues) => !issues.some((it) => it.path.length === 0 && isOfOtherKind(it, value)),
  );
  return meant ?? branches[0] ?? [];
}

function isOfOtherKind(issue: Issue, value: unknown): boolean {
  if (issue.code === "invalid_value") return typeof value !== typeof issue.values[0];
  return issue.code === "invalid_type" && (issue.expected !== "int" || typeof value !== "number");
}

function say(issue: Issue, value: unknown): { code: DesignCode; message: string } {
  switch (issue.code) {
    case "invalid_type":
      return sayType(issue.expected, value);
    case "too_small":
      return {
        code: sizeCode(issue.origin),
        message: sayBound(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum),
      };
    case "too_big":
      return {
        code: sizeCode(issue.origin),
        message: sayBound(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum),
      };
    case "unrecognized_keys": {
      const shown = issue.keys.slice(0, 5).map(echo).join(", ");
      const more = issue.keys.length > 5 ? ` and ${issue.keys.length - 5} more` : "";
      return {
        code: "E-SCHEMA",
        message: `Remove or rename ${shown}${more}: the format has no such field here.`,
      };
    }
    case "invalid_value":
      return { code: "E-SCHEMA", message: `Use ${oneOf(issue.values.map(String))}.` };
    case "invalid_union":
      return { code: "E-SCHEMA", message: sayUnion(Reflect.get(issue, "options")) };
    case "custom":
      return { code: customCode(issue.params), message: issue.message };
    default:
      return { code: "E-SCHEMA", message: issue.message };
  }
}

/** `options` are the values of a discriminator, for example the types of nodes. */
function sayUnion(options: unknown): string {
  return Array.isArray(options) ? `Use ${oneOf(options.map(String))}.` : "Use one of the documented forms.";
}

function sayType(expected: string, value: unknown): { code: DesignCode; message: string } {
  if (value === undefined) return { code: "E-SCHEMA", message: `Add this field (${named(expected)}).` };
  if (typeof value === "number" && !Number.isFinite(value))
    return { code: "E-RANGE", message: "Give a finite number." };
  if (expected === "int" && typeof value === "number")
    return { code: "E-RANGE", message: "Give a whole number." };
  return { code: "E-SCHEMA", message: `Give ${named(expected)} here, not ${kindOf(value)}.` };
}

function sizeCode(origin: string): DesignCode {
  if (origin === "number" || origin === "int" || origin === "bigint") return "E-RANGE";
  return origin === "array" ? "E-LIMITS" : "E-SCHEMA";
}

function sayBound(origin: string, relation: string, bound: number | bigint): string {
  if (origin === "array") return `Give ${relation} ${bound} of these.`;
  if (origin === "string") return `Give ${relation} ${bound} characters.`;
  return `Give a number of ${relation} ${bound}.`;
}

function customCode(params: Record<string, unknown> | undefined): DesignCode {
  const code = params?.code;
  return code === "E-DIST" || code === "E-WEIGHTS" || code === "E-RANGE" || code === "E-LIMITS"
    ? code
    : "E-SCHEMA";
}

function named(expected: string): string {
  if (expected === "int") return "a whole number";
  if (expected === "array" || expected === "object") return `an ${expected}`;
  return expected === "record" ? "an object" : `a ${expected}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? echo(values[0] ?? "") : `one of ${values.map(echo).join(", ")}`;
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const segment of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.hasOwn(value, segment) ? Reflect.get(value, segment) : undefined;
  }
  return value;
}

function segments(path: Path): PathSegment[] {
  return path.map((segment) => (typeof segment === "number" ? segment : String(segment)));
}
