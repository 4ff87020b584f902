// Who asks: everybody who can be somebody to a simulation of Bob's in the project "shop".
import { exportSPKI, generateKeyPair, SignJWT } from "jose";

export const issuer = "https://issuer.example";
export const audience = "simulations";
export const project = "shop";

/** What the matrix knows somebody by. */
export const people = [
  "stranger",
  "neighbour",
  "viewer",
  "operator",
  "projectAdmin",
  "bob",
  "admin",
] as const;

export type Person = (typeof people)[number];

interface Claims {
  readonly roles?: readonly string[];
  readonly projects?: Readonly<Record<string, string>>;
}

const claims: Readonly<Record<Person, Claims>> = {
  stranger: {},
  /** An admin, elsewhere. */
  neighbour: { projects: { other: "admin" } },
  viewer: { projects: { [project]: "viewer" } },
  operator: { projects: { [project]: "operator" } },
  projectAdmin: { projects: { [project]: "admin" } },
  /** Whose simulation it is, and who has no role in the project any more. */
  bob: {},
  admin: { roles: ["admin"] },
};

export const sees: ReadonlySet<Person> = new Set(["viewer", "operator", "projectAdmin", "bob", "admin"]);
export const commands: ReadonlySet<Person> = new Set(["operator", "projectAdmin", "bob", "admin"]);

export interface Tokens {
  /** PEM. */
  readonly publicKey: string;
  readonly of: Readonly<Record<Person, string>>;
  /** Of somebody else, for setting things up. */
  make(userId: string, claims: Claims): Promise<string>;
}

export async function makeTokens(): Promise<Tokens> {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const make = (userId: string, { roles = [], projects = {} }: Claims) =>
    new SignJWT({ roles: [...roles], projects })
      .setProtectedHeader({ alg: "ES256" })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(privateKey);
  const made = await Promise.all(people.map(async (one) => [one, await make(one, claims[one])] as const));
  return { publicKey: await exportSPKI(publicKey), of: byPerson(made), make };
}

function byPerson(entries: readonly (readonly [Person, string])[]): Readonly<Record<Person, string>> {
  const found = new Map(entries);
  const token = (person: Person) => found.get(person) ?? "";
  return {
    stranger: token("stranger"),
    neighbour: token("neighbour"),
    viewer: token("viewer"),
    operator: token("operator"),
    projectAdmin: token("projectAdmin"),
    bob: token("bob"),
    admin: token("admin"),
  };
}
