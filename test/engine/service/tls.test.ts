// The service's side of the contract against the real engine program, over TLS.
import { afterAll, describe, expect, it, vi } from "vitest";
import { startEngineChild } from "../../../src/clients/engine/child.ts";
import { connectFleet } from "../../../src/clients/engine/fleet.ts";
import { EngineError } from "../../../src/core/ports/engines.ts";
import type { TlsIdentity } from "../../../src/core/ports/tls.ts";
import { readOptions } from "../../../src/engine/options.ts";
import { makeAuthority, type Pair, pem } from "../../support/certificates.ts";
import { log } from "../../support/rig.ts";

const authority = makeAuthority("engines' authority");
const stranger = makeAuthority("another authority");
const here = authority.issue("engine", ["IP:127.0.0.1", "DNS:engine.test"]);
const client = authority.issue("orchestrator", ["DNS:orchestrator.test"]);
const files = ({ cert, key }: Pair) => ["--tls-cert", cert, "--tls-key", key];
const ca = pem(authority.cert);
const shown = ({ cert, key }: Pair): TlsIdentity => ({ ca, cert: pem(cert), key: pem(key) });

const answer = "reference";

const running: (() => unknown)[] = [];
afterAll(() => Promise.all(running.map((end) => end())));

async function engineWith(args: readonly string[]): Promise<string> {
  const engine = await startEngineChild(log, args);
  running.push(() => engine.close());
  return engine.address;
}

/** What the engine says of itself, or why it is not to be had. */
async function asked(address: string, tls?: TlsIdentity, serverName?: string): Promise<string> {
  const settings = tls === undefined ? undefined : { ...tls, addresses: [address], serverName };
  const fleet = connectFleet([address], "test", settings);
  try {
    return (await fleet.get(address)?.capabilities())?.name ?? "no such engine";
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== "UNAVAILABLE") throw error;
    return error.message;
  } finally {
    await fleet.close();
  }
}

describe("an engine with a certificate", () => {
  const engine = engineWith(files(here));

  it("answers whoever believes its authority", async () => {
    expect(await asked(await engine, { ca })).toBe(answer);
  });

  it("is unavailable, with the reason, to whoever believes another", async () => {
    expect(await asked(await engine, { ca: pem(stranger.cert) })).toMatch(
      /unable to verify|self-signed|issuer/i,
    );
    expect(await asked(await engine, {})).toMatch(/unable to verify|self-signed|issuer/i);
  });

  it("is unavailable in plain text", async () => {
    expect(await asked(await engine)).toMatch(/speaks TLS and we do not/);
  });

  it("is held to the name that is pinned", async () => {
    expect(await asked(await engine, { ca }, "engine.test")).toBe(answer);
    const other = await asked(await engine, { ca }, "other.test");
    expect(other).toMatch(/does not match certificate's altnames/i);
    expect(other).toContain("other.test");
  });
});

it("an engine whose certificate names another host is unavailable, unless that name is pinned", async () => {
  const address = await engineWith(files(authority.issue("engine", ["DNS:engine.test"])));
  expect(await asked(address, { ca })).toMatch(/127\.0\.0\.1.*not in the cert's list|does not match/i);
  expect(await asked(address, { ca }, "engine.test")).toBe(answer);
});

describe("an engine that asks for certificates", () => {
  const engine = engineWith([...files(here), "--client-ca", authority.cert]);

  it("answers a client with one of its authority", async () => {
    expect(await asked(await engine, shown(client))).toBe(answer);
  });

  it("refuses a client without one, and one with another authority's", async () => {
    const wrong = shown(stranger.issue("orchestrator", ["DNS:orchestrator.test"]));
    for (const given of [{ ca }, wrong]) {
      // The end of the connection may come before the word of why.
      await vi.waitFor(async () => {
        expect(await asked(await engine, given)).toMatch(/asks for another certificate/);
      }, 30_000);
    }
  });
});

describe("the engine's options", () => {
  it("take certificates whole or not at all", () => {
    const { cert, key } = here;
    expect(readOptions([], {}).tls).toBeNull();
    expect(readOptions(files(here), {}).tls).toEqual({ cert, key, clientCa: null });
    const environment = { ENGINE_TLS_CERT: cert, ENGINE_TLS_KEY: key, ENGINE_CLIENT_CA: authority.cert };
    expect(readOptions([], environment).tls).toEqual({ cert, key, clientCa: authority.cert });
    expect(() => readOptions(["--tls-cert", cert], {})).toThrow("--tls-cert and --tls-key go together");
    expect(() => readOptions(["--client-ca", cert], {})).toThrow("--client-ca needs");
  });
});
