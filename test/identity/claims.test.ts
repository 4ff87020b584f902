// What claims give: every form that is documented, and nothing by any other.
import { describe, expect, it } from "vitest";
import { rightsKey } from "../../src/core/viewer.ts";
import { type ClaimNames, viewerOf } from "../../src/identity/claims.ts";

const names: ClaimNames = {
  userClaim: "sub",
  rolesClaim: "roles",
  projectsClaim: "projects",
  adminRole: "admin",
};

function viewer(claims: object, some: Partial<ClaimNames> = {}) {
  // As they come: parsed, so that `__proto__` is a name like any other.
  return viewerOf(JSON.parse(JSON.stringify({ sub: "ann", ...claims })), { ...names, ...some });
}

const projectsOf = (claims: object, some: Partial<ClaimNames> = {}) =>
  Object.fromEntries(viewer(claims, some).roles);

describe("projects", () => {
  it("are told by name, with a role or with the usual one", () => {
    expect(projectsOf({ projects: ["shop", "pay:viewer", "lab:operator", "ops:admin"] })).toEqual({
      shop: "viewer",
      pay: "viewer",
      lab: "operator",
      ops: "admin",
    });
    expect(projectsOf({ projects: ["shop", "pay:viewer"], roles: ["operator"] })).toEqual({
      shop: "operator",
      pay: "viewer",
    });
    expect(projectsOf({ projects: "shop", roles: "operator" })).toEqual({ shop: "operator" });
  });

  it("are told as an object of roles", () => {
    expect(
      projectsOf({ projects: { shop: "operator", pay: ["viewer", "admin"], lab: "chief", ops: [] } }),
    ).toEqual({
      shop: "operator",
      pay: "admin",
    });
  });

  it("may have colons in their names, and the greatest role that is told counts", () => {
    expect(projectsOf({ projects: ["a:b", "a:b:operator", "c:chief", ":viewer"] })).toEqual({
      "a:b": "operator",
      "c:chief": "viewer",
      ":viewer": "viewer",
    });
    expect(projectsOf({ projects: ["shop:admin", "shop:viewer"] })).toEqual({ shop: "admin" });
  });

  it("are found along a path, by own properties only", () => {
    const claims = {
      resource_access: { simulations: { roles: ["operator"] } },
      tenant: { projects: ["shop"] },
    };
    const some = { rolesClaim: "resource_access.simulations.roles", projectsClaim: "tenant.projects" };
    expect(projectsOf(claims, some)).toEqual({ shop: "operator" });
    expect(
      projectsOf({ "https://a.example/projects": ["shop"] }, { projectsClaim: "https://a.example/projects" }),
    ).toEqual({ shop: "viewer" });
    for (const path of ["constructor.name", "__proto__", "sub.length", "projects.0", "toString"])
      expect(projectsOf({ projects: ["shop"] }, { projectsClaim: path })).toEqual({});
  });

  it("are none by any other form", () => {
    const odd = [
      7,
      true,
      null,
      [["shop"]],
      [{ shop: "admin" }],
      [null],
      { shop: { role: "admin" } },
      { shop: 7 },
    ];
    for (const projects of odd) expect(projectsOf({ projects }), JSON.stringify(projects)).toEqual({});
    expect(projectsOf({})).toEqual({});
  });

  it("are names only: hostile ones give what they say and nothing else", () => {
    const held = viewerOf(
      JSON.parse(
        '{"sub":"ann","projects":{"__proto__":"viewer","constructor":"operator","":"admin","a\\u0000":"admin"}}',
      ),
      names,
    );
    expect([...held.roles]).toEqual([
      ["__proto__", "viewer"],
      ["constructor", "operator"],
    ]);
    expect(held.admin).toBe(false);
    expect(viewer({ projects: ["x".repeat(129), "y".repeat(128)] }).roles.size).toBe(1);
  });

  it("are a thousand at most", () => {
    const projects = Array.from({ length: 10_000 }, (_, n) => `project-${n}`);
    expect(viewer({ projects }).roles.size).toBe(1_000);
    expect(viewer({ projects: Object.fromEntries(projects.map((one) => [one, "admin"])) }).roles.size).toBe(
      1_000,
    );
  });
});

describe("an admin", () => {
  it("is whoever has the role of that name, exactly, and nobody else", () => {
    expect(viewer({ roles: ["admin"] }).admin).toBe(true);
    expect(viewer({ roles: "admin" }).admin).toBe(true);
    const none = [
      "Admin",
      "admin ",
      "administrator",
      ["ADMIN"],
      [["admin"]],
      { admin: true },
      true,
      1,
      { roles: "admin" },
    ];
    for (const roles of none) expect(viewer({ roles }).admin, JSON.stringify(roles)).toBe(false);
    expect(viewer({ admin: true, role: "admin", projects: ["admin", "x:admin"] }).admin).toBe(false);
  });

  it("has another name where that is configured, and the usual one is a role in projects then", () => {
    const some = { adminRole: "simulation-root" };
    expect(viewer({ roles: ["simulation-root"] }, some).admin).toBe(true);
    const held = viewer({ roles: ["admin"], projects: ["shop"] }, some);
    expect(held.admin).toBe(false);
    expect(Object.fromEntries(held.roles)).toEqual({ shop: "admin" });
  });
});

describe("a user", () => {
  it("is named by the claim that is configured, letter by letter", () => {
    expect(viewer({ email: "Ann@example.com" }, { userClaim: "email" }).userId).toBe("Ann@example.com");
    expect(viewer({ sub: "ANN" }).userId).not.toBe(viewer({ sub: "ann" }).userId);
    expect(rightsKey(viewer({ sub: "ANN" }))).not.toBe(rightsKey(viewer({ sub: "ann" })));
  });

  it("is refused without a name that a database can hold", () => {
    for (const sub of [undefined, null, "", 7, ["ann"], {}, "a\0", "\ud800", "a\u001b[2J", "x".repeat(129)])
      expect(() => viewer({ sub }), JSON.stringify(sub)).toThrow("does not name its user");
  });
});
