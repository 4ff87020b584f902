// Who may do what is no project's matter, and what of an item depends on who looks at it.
import { ServiceError } from "../core/errors.ts";
import { roleFor, type Viewer } from "../core/viewer.ts";

/** Throws FORBIDDEN. */
export function requireAdmin(viewer: Viewer): void {
  if (viewer.admin) return;
  throw new ServiceError("FORBIDDEN", "This is for admins of the service only.", { role: "admin" });
}

/**
 * The same for viewers who see the same of an item of a subscription: their role with its simulation, which is all
 * that fields may depend on unless they are marked as looking beyond the item.
 */
export function rightsTo(viewer: Viewer, item: unknown): string {
  const simulation = property(item, "simulation");
  const userId = property(simulation, "userId");
  const projectId = property(simulation, "projectId");
  if (typeof userId !== "string" || typeof projectId !== "string") {
    throw new Error("An item of a subscription without its simulation.");
  }
  return roleFor(viewer, { userId, projectId });
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
