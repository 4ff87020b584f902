// What the program says of identity when it starts, and how it refuses to start.
import { afterEach, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { describeService } from "../../src/describe.ts";
import { audience, issuerName, signingKey } from "../support/issuer.ts";
import { endServices, startService, withDataFolder } from "../support/service-process.ts";

afterEach(endServices);

const auth = { AUTH_ISSUER: issuerName, AUTH_AUDIENCE: audience };

const failure = (env: Record<string, string>) =>
  withDataFolder((dataDir) =>
    startService({ dataDir, env }).then(
      () => "It started.",
      (error: Error) => error.message,
    ),
  );

it("without authentication the program serves this machine only", async () => {
  const said = await failure({ HOST: "0.0.0.0" });
  expect(said).toMatch(/HOST is not a loopback address: without authentication/);
});

it("with a key that is none, or that none of the algorithms takes, the program says so and ends", async () => {
  expect(await failure({ ...auth, AUTH_PUBLIC_KEY: "a secret" })).toMatch(
    /AUTH_PUBLIC_KEY is neither a public key/,
  );
  const { publicPem, publicJwk } = await signingKey("ES256");
  for (const AUTH_PUBLIC_KEY of [publicPem, JSON.stringify(publicJwk)]) {
    const said = await failure({ ...auth, AUTH_PUBLIC_KEY, AUTH_ALGORITHMS: "RS256" });
    expect(said).toContain("AUTH_PUBLIC_KEY is no public key that the algorithms can use");
  }
});

it("whoever starts the program is told who everybody is", () => {
  const described = { url: "http://127.0.0.1:4000", metricsUrl: undefined, database: "", embeddedEngine: "" };
  const said = (env: Record<string, string>) => describeService(readConfig(env), described);
  expect(said({})).toContain(
    "Identity  everybody on this machine is the developer (no authentication, loopback only)",
  );
  const withKeys = said({ ...auth, AUTH_JWKS_URL: "https://user:secret@login.example.com/keys?secret=1" });
  expect(withKeys).toContain(
    `Identity  tokens of ${issuerName} for ${audience}, signed with the keys of https://login.example.com/keys`,
  );
  expect(withKeys).not.toMatch(/secret|developer/);
});
