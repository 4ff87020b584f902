// Who asks, and what they may do. Every query of the store takes one, so that rights are a rule of the query.
import type { Simulation } from "./simulation.ts";

/** In a project, each more than the one before: sees; starts and commands as well; reads the audit trail as well. */
export const roles = ["viewer", "operator", "admin"] as const;

export type Role = (typeof roles)[number];

export interface Viewer {
  readonly userId: string;
  /** By project: those whose simulations the viewer sees, beside their own. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Of the whole service: sees and commands everything. */
  readonly admin: boolean;
  /** The caller's own credential for the Design Service, for example "Bearer …". */
  readonly authorization?: string | undefined;
}

type Placed = Pick<Simulation, "userId" | "projectId">;

/** The projects in which the viewer has at least this role. Says nothing of an admin, who has every project. */
export function projectsOf(viewer: Viewer, least: Role = "viewer"): readonly string[] {
  return [...viewer.roles].filter(([, role]) => includes(role, least)).map(([project]) => project);
}

/** Admins everything, others their own and what belongs to their projects. */
export function maySee(viewer: Viewer, simulation: Placed): boolean {
  return isTheirs(viewer, simulation, "viewer");
}

/** Their own, and as an operator others' of the project. */
export function mayCommand(viewer: Viewer, simulation: Placed): boolean {
  return isTheirs(viewer, simulation, "operator");
}

/** What the viewer is to a simulation that they see. */
export function roleFor(viewer: Viewer, { userId, projectId }: Placed): Role {
  if (viewer.admin) return "admin";
  const role = viewer.roles.get(projectId) ?? "viewer";
  return userId === viewer.userId && role === "viewer" ? "operator" : role;
}

export function hasRole(viewer: Viewer, projectId: string, least: Role): boolean {
  if (viewer.admin) return true;
  const role = viewer.roles.get(projectId);
  return role !== undefined && includes(role, least);
}

/** The same viewer, who sees no more than they may command: for choosing rows that are to be changed. */
export function commanding(viewer: Viewer): Viewer {
  return { ...viewer, roles: new Map([...viewer.roles].filter(([, role]) => includes(role, "operator"))) };
}

/** The same for viewers who see and may do the same. */
export function rightsKey({ userId, roles: held, admin }: Viewer): string {
  return admin ? "admin" : JSON.stringify([userId, [...held].sort()]);
}

/** The project of a start that names none. */
export const defaultProjectId = "default";

/** The one viewer of a service without authentication, which is bound to loopback. */
export const developmentViewer: Viewer = {
  userId: "developer",
  roles: new Map([[defaultProjectId, "admin"]]),
  admin: true,
};

/** The service itself, where it reads for its own work. Never handed to a request. */
export const serviceViewer: Viewer = { userId: "service", roles: new Map(), admin: true };

function isTheirs(viewer: Viewer, { userId, projectId }: Placed, least: Role): boolean {
  return userId === viewer.userId || hasRole(viewer, projectId, least);
}

function includes(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}
