import type { ListRequest } from "../gen/architech/engine/v1/engine.ts";
import { invalid } from "./errors.ts";
import { identifier, wholeNumber } from "./requests.ts";
import type { Run } from "./run.ts";
import { compareKeys, type RunRegistry } from "./run-registry.ts";

const defaultPageSize = 100;
const mostPerPage = 1_000;

/** A page is what comes after a name, so that runs which come and go shift nothing. */
interface PageToken {
  readonly simulationId: string;
  readonly attempt: number;
}

export function listRuns(
  request: ListRequest,
  registry: RunRegistry,
): { runs: Run[]; nextPageToken: string } {
  const installationId = identifier("installation_id", request.installationId);
  const size = Math.min(mostPerPage, wholeNumber("page_size", request.pageSize) || defaultPageSize);
  const after = request.pageToken === "" ? undefined : decode(request.pageToken);
  const rest = registry
    .of(installationId)
    .filter((run) => request.states.length === 0 || request.states.includes(run.state))
    .filter((run) => after === undefined || compareKeys(run.key, after) > 0);
  const runs = rest.slice(0, size);
  const last = runs.at(-1);
  return { runs, nextPageToken: last === undefined || rest.length <= size ? "" : encode(last.key) };
}

function encode({ simulationId, attempt }: PageToken): string {
  return Buffer.from(JSON.stringify([simulationId, attempt])).toString("base64url");
}

function decode(token: string): PageToken {
  try {
    const [simulationId, attempt]: unknown[] = JSON.parse(Buffer.from(token, "base64url").toString());
    if (typeof simulationId === "string" && typeof attempt === "number") return { simulationId, attempt };
  } catch {
    // Not ours; told below.
  }
  throw invalid("page_token was not made by List");
}
