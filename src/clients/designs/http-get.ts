import { type Agent as HttpAgent, type IncomingMessage, request as plainRequest } from "node:http";
import { type Agent as HttpsAgent, request as tlsRequest } from "node:https";

/** What one attempt came to. A reason is said of the service: "the Design Service <reason>". */
export type Answer =
  | { readonly kind: "json"; readonly value: unknown }
  /** Any status but 200; the body is not looked at. */
  | { readonly kind: "status"; readonly status: number; readonly retryAfterMs: number }
  /** No answer, or one that cannot be read. `network`: it never came, or broke off. */
  | { readonly kind: "failed"; readonly reason: string; readonly network: boolean };

export type GetOptions = {
  readonly agent: HttpAgent | HttpsAgent;
  readonly authorization?: string;
  /** The user for whom the service asks with its own authorization. */
  readonly onBehalfOf?: string;
  /** Largest body, in bytes; the connection is cut at the first byte beyond it. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
};

/** One GET that expects JSON. Follows no redirect, takes no compressed body, never throws. */
export function getJson(url: URL, options: GetOptions): Promise<Answer> {
  const { agent, authorization, onBehalfOf, signal } = options;
  return new Promise((resolve) => {
    const send = url.protocol === "https:" ? tlsRequest : plainRequest;
    const headers = {
      accept: "application/json",
      "accept-encoding": "identity",
      ...(authorization === undefined ? {} : { authorization }),
      // Percent-encoded: a header holds no other than plain characters.
      ...(onBehalfOf === undefined
        ? {}
        : { "x-on-behalf-of": encodeURIComponent(onBehalfOf.toWellFormed()) }),
    };
    try {
      const request = send(url, { agent, signal, headers });
      request.on("error", (error) =>
        resolve(failed(signal.aborted ? "gave no answer in time" : `cannot be reached (${codeOf(error)})`)),
      );
      request.on("response", (response) => {
        response.on("error", (error) =>
          resolve(
            failed(signal.aborted ? "gave no answer in time" : `broke its answer off (${codeOf(error)})`),
          ),
        );
        receive(response, options.maxBytes, resolve);
      });
      request.end();
    } catch (error) {
      // For example an authorization with characters that no header may hold.
      resolve({ kind: "failed", reason: `cannot be sent this request (${codeOf(error)})`, network: false });
    }
  });
}

function receive(response: IncomingMessage, maxBytes: number, resolve: (answer: Answer) => void): void {
  const refused = refusalOf(response, maxBytes);
  if (refused !== undefined) {
    resolve(refused);
    response.destroy();
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  response.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) {
      chunks.push(chunk);
      return;
    }
    resolve(tooLarge(maxBytes));
    response.destroy();
  });
  response.on("end", () => resolve(parsed(Buffer.concat(chunks))));
  response.on("close", () => resolve(failed("broke its answer off")));
}

/** What the head of a response already tells. */
function refusalOf(response: IncomingMessage, maxBytes: number): Answer | undefined {
  const { statusCode: status = 0, headers } = response;
  if (status !== 200) return { kind: "status", status, retryAfterMs: retryAfterMs(headers["retry-after"]) };
  const unreadable = unreadableReason(response);
  if (unreadable !== undefined) return wrong(unreadable);
  return Number(headers["content-length"] ?? 0) > maxBytes ? tooLarge(maxBytes) : undefined;
}

function tooLarge(maxBytes: number): Answer {
  return wrong(`answered more than ${maxBytes} bytes`);
}

function parsed(body: Buffer): Answer {
  try {
    return { kind: "json", value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) };
  } catch {
    return wrong("answered something that is not JSON");
  }
}

function unreadableReason({ headers }: IncomingMessage): string | undefined {
  const [type = "", ...parameters] = (headers["content-type"] ?? "")
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  if (!/^application\/([\w.+-]+\+)?json$/.test(type)) return "answered something that is not JSON";
  const charset = parameters
    .find((part) => part.startsWith("charset="))
    ?.slice("charset=".length)
    .replaceAll('"', "");
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8")
    return "answered in another charset than UTF-8";
  const encoding = headers["content-encoding"] ?? "identity";
  return encoding === "identity" ? undefined : "answered a compressed body that was not asked for";
}

/** Seconds or an HTTP date; 0 where there is none. */
function retryAfterMs(header: string | undefined): number {
  if (header === undefined) return 0;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

function failed(reason: string): Answer {
  return { kind: "failed", reason, network: true };
}

function wrong(reason: string): Answer {
  return { kind: "failed", reason, network: false };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
