// Who asks. Every query of the store takes one, so that rights are a rule of the query.

export interface Viewer {
  readonly userId: string;
  /** The projects whose simulations the viewer sees and commands, beside their own. */
  readonly projectIds: readonly string[];
  /** Sees and commands everything. */
  readonly admin: boolean;
  /** The caller's own credential for the Design Service, for example "Bearer …". */
  readonly authorization?: string;
}

/** The project of a start that names none. */
export const defaultProjectId = "default";

/** The one viewer of a service without authentication, which is bound to loopback. */
export const developmentViewer: Viewer = { userId: "developer", projectIds: [defaultProjectId], admin: true };

/** The service itself, where it reads for its own work. Never handed to a request. */
export const serviceViewer: Viewer = { userId: "service", projectIds: [], admin: true };
