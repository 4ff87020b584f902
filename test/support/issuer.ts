// An issuer of tokens: a real HTTP server on a loopback port that publishes its keys (JWKS) and can misbehave as one
// does, and what signs tokens with them.
import { createServer, type Server, type ServerResponse } from "node:http";
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from "jose";

export interface SigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  /** With `kid` and `alg`, as it is published. */
  readonly publicJwk: JWK;
  readonly publicPem: string;
}

export async function signingKey(algorithm = "ES256", kid = "key"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    kid,
    algorithm,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" },
    publicPem: await exportSPKI(publicKey),
  };
}

export const audience = "simulations";
export const issuerName = "https://login.example.com/";

/** Left out: as a good token has it. Undefined: the claim is not there. Times in s since 1970. */
export type Claims = Readonly<Record<string, unknown>>;

export function nowS(): number {
  return Math.floor(Date.now() / 1_000);
}

/** A good token, or what becomes of it by the changes. */
export async function tokenBy(
  key: SigningKey,
  claims: Claims = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = nowS();
  const payload = { iss: issuerName, aud: audience, sub: "ann", iat: now, exp: now + 600, ...claims };
  // As JSON has it: what is undefined is not there, and everything may be of a wrong type.
  const said: JWTPayload = JSON.parse(JSON.stringify(payload));
  const protectedHeader: JWTHeaderParameters = { alg: key.algorithm, kid: key.kid, ...header };
  return new SignJWT(said).setProtectedHeader(protectedHeader).sign(key.privateKey);
}

export type Manner = "well" | "failing" | "hanging" | "garbage" | "no-set" | "redirecting" | "endless";

export interface Issuer {
  /** Of the key set. */
  readonly url: string;
  /** Those it publishes; replaced at will. */
  keys: readonly JWK[];
  manner: Manner;
  /** How often it has been asked. */
  readonly fetches: number;
  /** The Authorization headers of those who asked. */
  readonly shown: readonly (string | undefined)[];
  close(): Promise<void>;
}

class IssuerServer implements Issuer {
  keys: readonly JWK[];
  manner: Manner = "well";
  fetches = 0;
  readonly shown: (string | undefined)[] = [];
  readonly #server: Server;
  url = "";

  constructor(keys: readonly JWK[]) {
    this.keys = keys;
    this.#server = createServer((request, response) => {
      this.shown.push(request.headers.authorization);
      // Where a redirect leads to are always good keys: they must not be fetched.
      if (request.url === "/elsewhere") return this.#publish(response);
      this.fetches += 1;
      this.#answer(response);
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The issuer has no port.");
    this.url = `http://127.0.0.1:${address.port}/keys`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #publish(response: ServerResponse): void {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: this.keys }));
  }

  #answer(response: ServerResponse): void {
    switch (this.manner) {
      case "well":
        this.#publish(response);
        break;
      case "failing":
        response.writeHead(500).end();
        break;
      case "hanging":
        break;
      case "garbage":
        response.end("<html>Sign in</html>");
        break;
      case "no-set":
        response.end('{"keys":{"0":"key"}}');
        break;
      case "redirecting":
        response.writeHead(302, { location: "/elsewhere" }).end();
        break;
      case "endless":
        response.write('{"keys":[');
        response.end(`"${"x".repeat(1_000_000)}"]}`);
    }
  }
}

export async function startIssuer(...keys: readonly SigningKey[]): Promise<Issuer> {
  const issuer = new IssuerServer(keys.map(({ publicJwk }) => publicJwk));
  await issuer.listen();
  return issuer;
}
