// Without authentication: everybody who reaches the service, which is on loopback then, is the developer.
import type { Identity } from "../core/ports/identity.ts";
import { developmentViewer } from "../core/viewer.ts";

export const developmentIdentity: Identity = {
  async session() {
    return { viewer: developmentViewer, issuedAt: Date.now(), expiresAt: Number.POSITIVE_INFINITY };
  },
  isOver: () => false,
};
