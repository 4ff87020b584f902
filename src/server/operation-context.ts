import type { IncomingMessage, ServerResponse } from "node:http";
import type { Viewer } from "../core/viewer.ts";
import type { Caller } from "../graphql/context.ts";
import type { EventStreamSlot } from "./event-stream-results.ts";
import type { Seat } from "./seat.ts";

/** What a transport knows of an operation. */
export interface OperationContext extends EventStreamSlot {
  readonly viewer: Viewer;
  readonly caller: Caller;
  readonly seat: Seat;
  readonly req?: IncomingMessage;
  readonly res?: ServerResponse;
}
