import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { securityHeaders } from "./security-headers.ts";
import type { UpgradeRefusal } from "./upgrade-admission.ts";

/**
 * Answers an upgrade with why not, and lets the connection go. HTTP has let go of it already, with its timeouts: what
 * the client still sends is read away, and the connection is destroyed though the client keeps its half of it open.
 */
export function refuseUpgrade(connection: Duplex, { status, retryAfter }: UpgradeRefusal): void {
  const headers = {
    connection: "close",
    "content-length": "0",
    ...securityHeaders,
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.on("error", () => connection.destroy());
  connection.once("finish", () => connection.destroy());
  connection.resume();
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n`);
}
