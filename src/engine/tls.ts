import { readFileSync } from "node:fs";
import { ServerCredentials } from "@grpc/grpc-js";

/** Files in PEM with which the engine speaks TLS. */
export interface TlsFiles {
  /** The engine's certificate, with its chain. */
  readonly cert: string;
  readonly key: string;
  /** The authority of the certificates that clients must show; null: none is asked for. */
  readonly clientCa: string | null;
}

/** @throws where a file cannot be read or holds no PEM */
export function serverCredentials(files: TlsFiles | null): ServerCredentials {
  if (files === null) return ServerCredentials.createInsecure();
  const { cert, key, clientCa } = files;
  const pair = { cert_chain: readFileSync(cert), private_key: readFileSync(key) };
  const authority = clientCa === null ? null : readFileSync(clientCa);
  return ServerCredentials.createSsl(authority, [pair], authority !== null);
}
