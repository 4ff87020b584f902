// Where a request comes from, behind the proxies that are trusted. `X-Forwarded-For` is a list to which every proxy
// appends the address of who spoke to it, so it is read from the right, and only as far as trusted proxies wrote it:
// what stands left of that is what the client says of itself.
import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export type TrustedProxies = readonly (readonly [Address, number])[];

/** More proxies in a row than anybody has; what stands left of them is not looked at. */
const hopsAtMost = 32;

/** Of IP addresses and CIDR ranges, as the config has checked them; throws where one is neither. */
export function trustedProxies(list: readonly string[]): TrustedProxies {
  return list.map((one) => {
    if (!one.includes("/")) {
      const address = ipaddr.process(one);
      return [address, address.kind() === "ipv4" ? 32 : 128];
    }
    const [address, bits] = ipaddr.parseCIDR(one);
    const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96;
    return isMapped ? [address.toIPv4Address(), bits - 96] : [address, bits];
  });
}

/**
 * An IP address in its shortest form, IPv4 where it is one; "unknown" for a connection that has none (any more).
 * Where a trusted proxy wrote what is no address, or names none but trusted ones, it is the furthest that is known.
 */
export function clientAddress(request: IncomingMessage, trusted: TrustedProxies): string {
  let client = addressIn(request.socket.remoteAddress ?? "");
  if (client === undefined) return "unknown";
  for (const hop of forwardedFor(request)) {
    if (!isTrusted(client, trusted)) break;
    const before = addressIn(hop);
    if (before === undefined) break;
    client = before;
  }
  return client.toString();
}

/**
 * Of a client's address, as limits count it: an IPv6 address as its /64, all of which one client has; everything else as
 * it is.
 */
export function limitKey(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const { parts } = ipaddr.IPv6.parse(address);
  return `${new ipaddr.IPv6([...parts.slice(0, 4), 0, 0, 0, 0])}/64`;
}

/** The nearest first. */
function forwardedFor({ headers }: IncomingMessage): readonly string[] {
  const header = headers["x-forwarded-for"] ?? [];
  const hops = [header].flat().join(",").split(",");
  return hops.slice(-hopsAtMost).reverse();
}

function isTrusted(address: Address, trusted: TrustedProxies): boolean {
  return trusted.some(([range, bits]) => address.kind() === range.kind() && address.match([range, bits]));
}

/** Longer than any address with its zone and port, in characters. */
const addressAtMost = 100;

/** Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711. */
const withPort = /^\[(?<v6>[^\]]+)\](:\d{1,5})?$|^(?<v4>[\d.]+):\d{1,5}$/;

function addressIn(text: string): Address | undefined {
  const bare = text.trim();
  if (bare.length > addressAtMost) return undefined;
  const ported = withPort.exec(bare)?.groups;
  // The zone (fe80::1%eth0) is a name on this machine, and no part of the address.
  const [address = ""] = (ported?.v6 ?? ported?.v4 ?? bare).split("%");
  const isAddress = address.includes(":")
    ? ipaddr.IPv6.isValid(address)
    : ipaddr.IPv4.isValidFourPartDecimal(address);
  return isAddress ? ipaddr.process(address) : undefined;
}
