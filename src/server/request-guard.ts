// What a GraphQL request over HTTP must look like before anything reads it. Only what a foreign page cannot send
// without a preflight is taken: a POST of JSON, or a GET that says it comes from a program or from this origin.
import type { IncomingMessage } from "node:http";
import type { Bounds } from "./limits.ts";

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Record<string, string>;
}

const json = /^application\/(json|graphql\+json)\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Undefined: nothing against it. */
export function refusal(request: IncomingMessage, bounds: Bounds): Refusal | undefined {
  switch (request.method) {
    case "POST":
      return postRefusal(request, bounds);
    case "GET":
      return getRefusal(request);
    default:
      return {
        status: 405,
        code: "BAD_INPUT",
        message: "Send a POST or a GET.",
        headers: { allow: "GET, POST" },
      };
  }
}

function postRefusal({ headers }: IncomingMessage, bounds: Bounds): Refusal | undefined {
  if (!json.test(headers["content-type"] ?? "")) {
    return { status: 415, code: "BAD_INPUT", message: "Send application/json in UTF-8." };
  }
  if (headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity") {
    return { status: 415, code: "BAD_INPUT", message: "Send the body without a content encoding." };
  }
  const { bodyBytes } = bounds.limits;
  if (Number(headers["content-length"] ?? 0) > bodyBytes) {
    bounds.hit("bodyBytes");
    return {
      status: 413,
      code: "LIMIT_EXCEEDED",
      message: `A request has at most ${bodyBytes} bytes.`,
    };
  }
  return undefined;
}

function getRefusal({ headers, url }: IncomingMessage): Refusal | undefined {
  const deliberate = headers["x-requested-with"] !== undefined || headers["sec-fetch-site"] === "same-origin";
  if (!deliberate) {
    return {
      status: 403,
      code: "BAD_INPUT",
      message:
        "Send a GET with the header X-Requested-With, or a POST: other pages must not be able to send it.",
    };
  }
  const search = new URLSearchParams(url?.split("?")[1]);
  const broken = ["variables", "extensions"].find((name) => !isJson(search.get(name) || "{}"));
  if (broken === undefined) return undefined;
  return { status: 400, code: "BAD_INPUT", message: `Give \`${broken}\` as JSON.` };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
