// One process at a time in a data folder. The lock is SQLite's exclusive transaction on a file there: the
// operating system holds it for the process and frees it however the process ends; it holds under SIGSTOP, and
// between containers that share the folder.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ServiceError } from "../core/errors.ts";

export interface FolderLock {
  /** A second call does nothing. */
  release(): void;
}

/** Makes the folder where there is none. Throws ServiceError UNAVAILABLE at once where another process has it. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  mkdirSync(folder, { recursive: true });
  // Only the embedded database needs SQLite, which Node 22 calls experimental.
  const { DatabaseSync } = await import("node:sqlite");
  const file = new DatabaseSync(join(folder, "lock"));
  try {
    file.exec("begin exclusive");
  } catch (error) {
    file.close();
    throw new ServiceError(
      "UNAVAILABLE",
      `Another process is using the data folder ${folder}. ` +
        "Stop it, or give this one a folder of its own (DATA_DIR), or set DATABASE_URL to share a Postgres server.",
      { folder },
      error,
    );
  }
  let held = true;
  return {
    release: () => {
      if (held) file.close();
      held = false;
    },
  };
}
