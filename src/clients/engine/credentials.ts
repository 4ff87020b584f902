// How engines are spoken to: plainly, or over TLS with certificates of both sides.
import { type ChannelCredentials, type ChannelOptions, credentials } from "@grpc/grpc-js";
import type { TlsIdentity } from "../../core/ports/tls.ts";

export interface EngineTls extends TlsIdentity {
  /** host:port of the engines that are spoken to over TLS; the others plainly. */
  readonly addresses: readonly string[];
  /** The name that their certificates must have; undefined: the host of each. */
  readonly serverName: string | undefined;
}

/** How one engine is spoken to. */
export interface Channel {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
}

export const plainChannel: Channel = { credentials: credentials.createInsecure(), options: {} };

/** Throws where what is given is no PEM. */
export function tlsChannel({ ca, cert, key, serverName }: Omit<EngineTls, "addresses">): Channel {
  const [authority, ourKey, ourChain] = [ca, key, cert].map((pem) =>
    pem === undefined ? null : Buffer.from(pem),
  );
  return {
    credentials: credentials.createSsl(authority, ourKey, ourChain),
    options: serverName === undefined ? {} : { "grpc.ssl_target_name_override": serverName },
  };
}
