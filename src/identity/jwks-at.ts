// One fetch of a key set, within bounds of time and size, from exactly the configured address: a redirect would lead to
// somebody whom nobody has configured.
import type { JSONWebKeySet } from "jose";

const withinMs = 2_000;
const mostBytes = 256 * 1024;

/** Rejects where no key set can be had there. Its keys are not looked at. */
export async function jwksAt(address: string): Promise<JSONWebKeySet> {
  const url = new URL(address);
  const headers = { accept: "application/json, application/jwk-set+json", ...credentials(url) };
  const response = await fetch(bare(url), {
    headers,
    redirect: "manual",
    signal: AbortSignal.timeout(withinMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`It answers with the status ${response.status}.`);
  }
  const set: unknown = JSON.parse(await textOf(response));
  if (!isKeySet(set)) throw new Error("What it answers is no key set.");
  return set;
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new Error(`It answers with more than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function isKeySet(value: unknown): value is JSONWebKeySet {
  const keys = typeof value === "object" && value !== null && "keys" in value ? value.keys : undefined;
  return Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null);
}

/** Fetch takes no address that holds them. */
function credentials({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(text).toString("base64")}` };
}

function bare(url: URL): URL {
  const same = new URL(url);
  same.username = "";
  same.password = "";
  return same;
}
