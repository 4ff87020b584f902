// One unary call: a promise with a deadline, an EngineError for whatever goes wrong.
import { type CallOptions, type ClientUnaryCall, Metadata, type ServiceError } from "@grpc/grpc-js";
import { engineErrorFrom } from "./errors.ts";

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

export function call<Request, Response>(
  method: Unary<Request, Response>,
  request: Request,
  deadlineMs: number,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method(request, new Metadata(), { deadline: Date.now() + deadlineMs }, (error, response) => {
      if (error) reject(engineErrorFrom(error));
      else resolve(response);
    });
  });
}
