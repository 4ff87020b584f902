// What REDIS_URL names: one server, the master that Sentinels know, or a Cluster.
//
//     redis://[user:password@]host[:port][/db]                   rediss:// the same over TLS
//     redis+sentinel://[user:password@]host[:port][,…]/master    rediss+sentinel://
//     redis+cluster://[user:password@]host[:port][,…]            rediss+cluster://
//
// What ioredis reads from a query string (family, connectTimeout, sentinelPassword …) is passed through for one
// server: https://github.com/redis/ioredis. Whom to believe where TLS is spoken is told apart from the URL.
import { ServiceError } from "../core/errors.ts";
import type { TlsIdentity } from "../core/ports/tls.ts";

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

interface Secured {
  /** Undefined: in plain text. */
  readonly tls: TlsIdentity | undefined;
}

interface Access extends Secured {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export type RedisTarget =
  | ({ readonly kind: "single"; readonly url: string } & Secured)
  | ({ readonly kind: "sentinel"; readonly nodes: readonly RedisNode[]; readonly master: string } & Access)
  | ({ readonly kind: "cluster"; readonly nodes: readonly RedisNode[] } & Access);

const form =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<nodes>[^/?]+)(?:\/(?<path>[^?]*))?/;
const sentinelPort = 26_379;
const serverPort = 6_379;

/**
 * `identity`: whom to believe and what to show where the URL asks for TLS. Throws ServiceError BAD_INPUT, which never
 * repeats the URL: it may hold a password.
 */
export function redisTarget(url: string, identity: TlsIdentity = {}): RedisTarget {
  const parts = form.exec(url)?.groups;
  if (parts === undefined) throw unreadable();
  const { kind, user, password, nodes = "", path = "" } = parts;
  const tls = parts.tls === "s" ? identity : undefined;
  if (kind === undefined) {
    checkSingle(url);
    return { kind: "single", url, tls };
  }
  const access = {
    username: user === undefined || user === "" ? undefined : decoded(user),
    password: password === undefined ? undefined : decoded(password),
    tls,
  };
  if (kind === "cluster") return { kind, nodes: nodesOf(nodes, serverPort), ...access };
  if (path === "") {
    throw new ServiceError("BAD_INPUT", "REDIS_URL names Sentinels but no master: end it with /<name>.");
  }
  return {
    kind: "sentinel",
    nodes: nodesOf(nodes, sentinelPort),
    master: decoded(path),
    ...access,
  };
}

/** The client reads it by itself, and would speak of what it cannot read in words of its own, or not at all. */
function checkSingle(url: string): void {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.hostname === "") throw unreadable();
  decoded(parsed.username);
  decoded(parsed.password);
}

/** For people: no user, no password, no query. */
export function describeRedis(url: string): string {
  const parts = form.exec(url)?.groups;
  if (parts === undefined) throw unreadable();
  const { tls = "", kind, nodes, path } = parts;
  const scheme = `redis${tls}${kind === undefined ? "" : `+${kind}`}`;
  return `${scheme}://${nodes}${path === undefined || path === "" ? "" : `/${path}`}`;
}

function nodesOf(text: string, standardPort: number): RedisNode[] {
  return text.split(",").map((one) => {
    const node = /^(?<host>\[[^\]]+\]|[^:\s]+)(?::(?<port>\d{1,5}))?$/.exec(one)?.groups;
    if (node === undefined) throw unreadable();
    const host = (node.host ?? "").replace(/^\[|\]$/g, "");
    const port = Number(node.port ?? standardPort);
    if (port > 65_535) throw unreadable();
    return { host, port };
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unreadable();
  }
}

function unreadable(): ServiceError {
  return new ServiceError(
    "BAD_INPUT",
    "REDIS_URL is not redis://host:port, redis+sentinel://host:port,…/master or redis+cluster://host:port,… (rediss for TLS).",
  );
}
