// The kinds of value that settings have. Each tells what is wrong as the end of a sentence that begins with the name.
import { createPublicKey } from "node:crypto";
import ipaddr from "ipaddr.js";
import { z } from "zod";

const unreadableUrl =
  "is no URL that can be read: what is special in a user or password is written as %2F and the like";

export const text = z.string().min(1, "is empty");

export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, "is not a whole number")
    .transform(Number)
    .refine((value) => value >= least && value <= most, `does not lie between ${least} and ${most}`);

export const yesOrNo = z
  .enum(["true", "false"], "is neither true nor false")
  .transform((value) => value === "true");

/** Separated by commas; each once, in their order. */
export const list = z.string().transform((value) => [
  ...new Set(
    value
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
  ),
]);

/** `complaint` is said of the first that does not fit: "has \"x\", which …". */
export const listOf = (fits: (one: string) => boolean, complaint: string) =>
  list.superRefine((all, context) => {
    const wrong = all.find((one) => !fits(one));
    if (wrong !== undefined) context.addIssue(`has "${wrong}", which ${complaint}`);
  });

/** Where an engine listens, host:port, and whether it speaks TLS there. */
export interface EnginePlace {
  readonly address: string;
  readonly tls: boolean;
}

const engineUrl = /^grpc(?<tls>s?):\/\/(?<address>[^/\s@]+:\d+)$/;

export const engineUrls = list
  .refine((urls) => urls.length > 0 && urls.every((url) => engineUrl.test(url)), {
    error: "is not grpc://host:port[,…], or grpcs:// for TLS",
    abort: true,
  })
  .transform((urls): readonly EnginePlace[] =>
    urls.map((url) => {
      const { tls, address = "" } = engineUrl.exec(url)?.groups ?? {};
      return { address, tls: tls === "s" };
    }),
  )
  .refine(
    (places) => new Set(places.map(({ address }) => address)).size === places.length,
    "names an engine with TLS and without",
  );

/** As `pg` reads it, which may leave the host to the query (a socket's folder). */
export const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, { error: "does not begin with postgres://", abort: true })
  .refine((url) => URL.canParse(url.replace("@/", "@host/")), unreadableUrl);

const redisForm =
  /^rediss?(\+(sentinel|cluster))?:\/\/([^:@/\s]*(:[^@/\s]*)?@)?[^@/?\s]+(\/[^@?\s]*)?(\?\S*)?$/;

export const redisUrl = z
  .string()
  .regex(/^rediss?(\+(sentinel|cluster))?:\/\//, {
    error: "does not begin with redis://, redis+sentinel:// or the like",
    abort: true,
  })
  .regex(redisForm, unreadableUrl);

export const httpUrl = z.url({ protocol: /^https?$/, error: "is not an http(s) URL" });

/** What is fetched there decides who is let in: no network may change it on the way. */
export const safeUrl = httpUrl.refine(isSafe, "is plain http, which is for loopback addresses only");

export const hostName = z.string().regex(/^[\w.:-]+$/, "is neither an address nor a host name");

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);
}

/** An address, or a range of them such as 10.0.0.0/8. */
export function isAddressOrRange(value: string): boolean {
  const isAddress = (address: string) =>
    ipaddr.IPv4.isValidFourPartDecimal(address) || (address.includes(":") && ipaddr.IPv6.isValid(address));
  const [address = "", bits] = value.split("/");
  return isAddress(address) && (bits === undefined || ipaddr.isValidCIDR(value));
}

/** PEM (SPKI, `\n` may stand for a line's end) or a JWK; answers it as given, with real line ends. */
export const publicKey = z
  .string()
  .transform((value) => value.replaceAll("\\n", "\n"))
  .refine((value) => !isPrivate(value), {
    error: "is a private or shared key: give the public one only",
    abort: true,
  })
  .refine(isPublicKey, "is neither a public key in PEM (SPKI) nor one JWK");

function isSafe(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  return parsed.protocol === "https:" || isLoopback(parsed.hostname.replace(/^\[|\]$/g, ""));
}

function isPrivate(value: string): boolean {
  if (value.includes("PRIVATE KEY")) return true;
  const jwk = jwkOf(value);
  return jwk !== undefined && ("d" in jwk || "k" in jwk);
}

function isPublicKey(value: string): boolean {
  try {
    const jwk = jwkOf(value);
    createPublicKey(jwk === undefined ? value : { key: jwk, format: "jwk" });
    return jwk !== undefined || value.includes("-----BEGIN PUBLIC KEY-----");
  } catch {
    return false;
  }
}

const jwkSchema = z.looseObject({ kty: z.string() });

function jwkOf(value: string): z.output<typeof jwkSchema> | undefined {
  if (!value.trimStart().startsWith("{")) return undefined;
  try {
    return jwkSchema.parse(JSON.parse(value));
  } catch {
    return undefined;
  }
}
