// A Postgres server over TLS with an authority and a certificate of our own choosing.
import type { ConnectionOptions } from "node:tls";
import { ServiceError } from "../core/errors.ts";
import type { TlsIdentity } from "../core/ports/tls.ts";

/** Where a server is and how it is spoken to; a URL alone says both. */
export type ServerAddress = string | { readonly connectionString: string; readonly ssl: ConnectionOptions };

/** What pg would take from the URL in place of what is given here. */
const ownWords = ["ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "uselibpqcompat"];

/**
 * With nothing given, the URL alone decides. Otherwise as libpq's `sslmode=verify-full`: the certificate and the name
 * of the server are checked, whatever the URL says of it. Throws ServiceError BAD_INPUT for a URL that cannot be read.
 */
export function secured(url: string, tls: TlsIdentity): ServerAddress {
  if (Object.keys(tls).length === 0) return url;
  const parsed = URL.parse(url);
  if (parsed === null) {
    throw new ServiceError("BAD_INPUT", "DATABASE_URL is not postgres://user:password@host:port/name.");
  }
  for (const word of ownWords) parsed.searchParams.delete(word);
  return { connectionString: parsed.href, ssl: { ...tls, rejectUnauthorized: true } };
}
