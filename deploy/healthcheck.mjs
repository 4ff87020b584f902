// Asks a program of the image whether it is well: `node deploy/healthcheck.mjs http://127.0.0.1:4000/healthz` for the
// service, `node deploy/healthcheck.mjs grpc://127.0.0.1:7000` for an engine. Exit code 0: well; 1: not, or no answer
// within two seconds. For what has no shell, no curl and no gRPC probe of its own.
import { get } from "node:http";

const withinMs = 2_000;

const address = process.argv[2] ?? "";
try {
  const unwell = address.startsWith("grpc://")
    ? await engine(address.slice("grpc://".length))
    : await service(address);
  end(unwell === undefined ? 0 : 1, unwell);
} catch (error) {
  end(1, error?.message ?? String(error));
}

/** What is wrong; undefined: nothing. */
function service(url) {
  return new Promise((resolve, reject) => {
    const asked = get(url, { timeout: withinMs }, ({ statusCode }) => {
      resolve(statusCode === 200 ? undefined : `${url} answers ${statusCode}`);
    });
    asked.on("timeout", () => reject(new Error(`${url} does not answer`))).on("error", reject);
  });
}

/** The standard health service; an empty request asks for the server as a whole. */
async function engine(target) {
  const { credentials, makeGenericClientConstructor } = await import("@grpc/grpc-js");
  const check = {
    path: "/grpc.health.v1.Health/Check",
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (bytes) => bytes,
    // A message with one field: 8 is the tag of its number 1, and 1 is SERVING.
    responseDeserialize: (bytes) => bytes[0] === 8 && bytes[1] === 1,
  };
  const Health = makeGenericClientConstructor({ check }, "Health");
  const client = new Health(target, credentials.createInsecure());
  return new Promise((resolve, reject) => {
    client.check({}, { deadline: Date.now() + withinMs }, (error, serving) => {
      if (error) reject(error);
      else resolve(serving ? undefined : `${target} does not serve`);
    });
  });
}

function end(code, why) {
  if (why !== undefined) process.stderr.write(`${why}\n`);
  process.exit(code);
}
