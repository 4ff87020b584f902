import { type ServerWritableStream, status } from "@grpc/grpc-js";
import {
  type HealthCheckRequest,
  type HealthCheckResponse,
  type HealthServer,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../gen/grpc/health/v1/health.ts";
import { EngineError, serverError } from "./errors.ts";
import { maxHealthWatches } from "./limits.ts";

type Watch = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

const services = ["", "architech.engine.v1.EngineService"];

/**
 * The standard health service, for the server as a whole ("") and for the engine service by its full name.
 * Source: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
export class Health {
  readonly #watches = new Set<Watch>();
  #serving = true;

  readonly handlers: HealthServer = {
    check: (call, callback) => {
      if (services.includes(call.request.service)) callback(null, { status: this.#status() });
      else callback(serverError(new EngineError(status.NOT_FOUND, "no such service")));
    },
    watch: (call) => this.#watch(call),
  };

  /** Tells every watch, once. */
  stopServing(): void {
    this.#serving = false;
    for (const call of this.#watches) this.#tell(call);
  }

  /** Ends all watches, so that the server can close. */
  close(): void {
    for (const call of this.#watches) call.end();
    this.#watches.clear();
  }

  #watch(call: Watch): void {
    if (this.#watches.size >= maxHealthWatches) {
      call.emit("error", serverError(new EngineError(status.RESOURCE_EXHAUSTED, "too many health watches")));
      return;
    }
    this.#watches.add(call);
    call.on("cancelled", () => this.#watches.delete(call));
    call.on("close", () => this.#watches.delete(call));
    this.#tell(call);
  }

  #tell(call: Watch): void {
    const known = services.includes(call.request.service);
    call.write({ status: known ? this.#status() : ServingStatus.SERVICE_UNKNOWN });
  }

  #status(): HealthCheckResponse["status"] {
    return this.#serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }
}
