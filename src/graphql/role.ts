import type { Role } from "../core/viewer.ts";
import { builder } from "./builder.ts";

export const RoleEnum = builder.enumType("Role", {
  description: "What somebody may do in a project; each includes the one before.",
  values: {
    VIEWER: { value: "viewer", description: "See its simulations." },
    OPERATOR: { value: "operator", description: "Start simulations in it, and command those of others." },
    ADMIN: { value: "admin", description: "Read its audit trail." },
  } satisfies Record<Uppercase<Role>, { value: Role; description: string }>,
});
