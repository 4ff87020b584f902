// Postgres over TLS, a real server: whom the service believes, and what it shows of itself.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Postgres } from "../../cluster/postgres.ts";
import { messageOf, ServiceError } from "../../src/core/errors.ts";
import type { TlsIdentity } from "../../src/core/ports/tls.ts";
import { openDatabase } from "../../src/postgres/open.ts";
import { secured } from "../../src/postgres/tls.ts";
import { makeAuthority, type Pair, pem } from "../support/certificates.ts";
import { silent } from "../support/postgres.ts";
import { startSecuredPostgres } from "../support/secured-servers.ts";

const authority = makeAuthority("authority");
const stranger = makeAuthority("another authority");
const here = authority.issue("postgres server", ["IP:127.0.0.1"]);
const ca = pem(authority.cert);
const shown = ({ cert, key }: Pair): TlsIdentity => ({ ca, cert: pem(cert), key: pem(key) });

const startSecured = (pair: Pair, access: string) => startSecuredPostgres(pair, authority, access);

/** Whether the service's connections are encrypted, or why there are none. */
async function opened(url: string, tls: TlsIdentity): Promise<string> {
  try {
    const database = await openDatabase({ url, tls, dataDir: "", log: silent });
    await database.ping();
    await database.close();
    return "open";
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== "UNAVAILABLE") throw error;
    return `${error.message} ${messageOf(error.cause)}`;
  }
}

describe("Postgres that takes connections over TLS only", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startSecured(here, "hostssl all all 127.0.0.1/32 trust");
  });
  afterAll(() => server.close());

  it("is opened by whoever believes its authority, whatever the URL says of TLS", async () => {
    for (const said of ["", "?sslmode=require", "?sslmode=verify-full&sslrootcert=/nowhere", "?ssl=true"]) {
      expect(await opened(`${server.url}${said}`, { ca })).toBe("open");
    }
  });

  it("knows that the connection is encrypted", async () => {
    const client = new pg.Client(secured(server.url, { ca }));
    await client.connect();
    const { rows } = await client.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    expect(rows).toEqual([{ ssl: true }]);
    await client.end();
  });

  it("is refused, with the reason, by whoever believes another", async () => {
    const refused = /certificate|signature/i;
    expect(await opened(server.url, { ca: pem(stranger.cert) })).toMatch(refused);
    expect(await opened(`${server.url}?sslmode=no-verify`, { ca: pem(stranger.cert) })).toMatch(refused);
    expect(await opened(`${server.url}?sslmode=verify-full`, {})).toMatch(refused);
  });

  it("refuses plain text, which a URL without sslmode asks for", async () => {
    expect(await opened(server.url, {})).toMatch(/no encryption/i);
  });
});

it("a certificate of another host is refused", async () => {
  const other = authority.issue("postgres server", ["DNS:postgres.test"]);
  const server = await startSecured(other, "hostssl all all 127.0.0.1/32 trust");
  expect(await opened(server.url, { ca })).toMatch(/127\.0\.0\.1/);
  await server.close();
});

it("Postgres that asks for certificates takes the one of its user", async () => {
  const server = await startSecured(here, "hostssl all all 127.0.0.1/32 cert");
  expect(await opened(server.url, shown(authority.issue("postgres", ["DNS:replica.test"])))).toBe("open");
  expect(await opened(server.url, { ca })).toMatch(/client certificate/i);
  expect(await opened(server.url, shown(authority.issue("somebody", ["DNS:replica.test"])))).toMatch(
    /certificate authentication failed/i,
  );
  await server.close();
});

describe("the address of the server", () => {
  it("is the URL alone where nothing is given", () => {
    expect(secured("postgres://u:p@h/x?sslmode=require", {})).toBe("postgres://u:p@h/x?sslmode=require");
  });

  it("keeps of the URL what is not about TLS", () => {
    const url = "postgres://u:p%40@h:1/x?application_name=a&sslmode=disable&ssl=0&sslnegotiation=direct";
    expect(secured(url, { ca: "ca" })).toEqual({
      connectionString: "postgres://u:p%40@h:1/x?application_name=a&sslnegotiation=direct",
      ssl: { ca: "ca", rejectUnauthorized: true },
    });
  });

  it("is told apart from what is no URL, without repeating it", () => {
    expect(() => secured("postgres://u:s3cret@h:x/", { ca })).toThrow(/^DATABASE_URL is not postgres/);
  });
});
