// What a token says of its holder, as rights. Strict: a claim of another form than those below gives nothing, and a
// token that is wrong in itself is refused as a whole.
//
//   roles      "admin", or ["operator", …]: the role of the service's admin; else the role in projects that name none
//   projects   ["shop", "pay:viewer"], or { "shop": "operator", "pay": ["viewer"] }
import type { JWTPayload } from "jose";
import { ServiceError } from "../core/errors.ts";
import { type Role, roles, type Viewer } from "../core/viewer.ts";

export interface ClaimNames {
  /** Each a name, or names with dots between, that lead into objects. */
  readonly userClaim: string;
  readonly rolesClaim: string;
  readonly projectsClaim: string;
  /** The role that makes an admin of the whole service. */
  readonly adminRole: string;
}

const most = { projects: 1_000, nameCharacters: 128 } as const;

/** Throws UNAUTHENTICATED where the token does not say who it is for. */
export function viewerOf(payload: JWTPayload, names: ClaimNames): Viewer {
  const userId = claim(payload, names.userClaim);
  if (!isName(userId)) {
    throw new ServiceError(
      "UNAUTHENTICATED",
      `The token does not name its user: ${names.userClaim} is missing.`,
    );
  }
  const given = textsOf(claim(payload, names.rolesClaim));
  const usual = greatest(given.map((role) => (role === names.adminRole ? "viewer" : role)));
  return {
    userId,
    roles: projectRoles(claim(payload, names.projectsClaim), usual ?? "viewer"),
    admin: given.includes(names.adminRole),
  };
}

function projectRoles(value: unknown, usual: Role): ReadonlyMap<string, Role> {
  const held = new Map<string, Role>();
  const add = (project: string, role: Role | undefined) => {
    if (role !== undefined && isName(project) && held.size < most.projects) {
      held.set(project, greatest([held.get(project) ?? role, role]) ?? role);
    }
  };
  if (isObject(value)) {
    for (const [project, role] of Object.entries(value)) add(project, greatest(textsOf(role)));
    return held;
  }
  for (const text of textsOf(value)) {
    const colon = text.lastIndexOf(":");
    const named = roles.find((role) => colon > 0 && text.slice(colon + 1) === role);
    add(named === undefined ? text : text.slice(0, colon), named ?? usual);
  }
  return held;
}

/** Own properties only, whatever the path. */
function claim(payload: JWTPayload, path: string): unknown {
  // Names with dots or slashes in them are common too ("https://example.com/roles").
  if (Object.hasOwn(payload, path)) return payload[path];
  let value: unknown = payload;
  for (const name of path.split(".")) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function greatest(names: readonly string[]): Role | undefined {
  return roles.findLast((role) => names.includes(role));
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= most.nameCharacters && name.test(value);
}

/** No control characters and halves of characters, which no database holds and which other names could hide behind. */
const name = /^[^\p{Cc}\p{Cs}]+$/u;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
