// The token with which the service is asked: from the environment or a file, and never from the command line, which
// everybody on the machine can read.
import { readFile } from "node:fs/promises";
import { messageOf, UsageError } from "./errors.ts";

/** Asked for each request, so that a newer token in the file is taken. Undefined: there is none. Rejects with UsageError. */
export type TokenSource = () => Promise<string | undefined>;

export const noToken: TokenSource = async () => undefined;

interface Given {
  readonly SIMULATION_TOKEN?: string | undefined;
  readonly SIMULATION_TOKEN_FILE?: string | undefined;
}

/** What is empty is not given. */
export function tokenSource({
  SIMULATION_TOKEN: text = "",
  SIMULATION_TOKEN_FILE: file = "",
}: Given): TokenSource {
  return async () => {
    if (text !== "" && file !== "")
      throw new UsageError("Set SIMULATION_TOKEN or SIMULATION_TOKEN_FILE, not both.");
    if (file !== "") return checked((await contentsOf(file)).trim(), "SIMULATION_TOKEN_FILE");
    return text === "" ? undefined : checked(text.trim(), "SIMULATION_TOKEN");
  };
}

async function contentsOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`SIMULATION_TOKEN_FILE cannot be read: ${messageOf(error)}`);
  }
}

/** Says nothing of what is there. */
function checked(token: string, setting: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError(`${setting} holds no token: one word, without \`Bearer\`.`);
}

/** As a header, and as the parameters of a socket. */
export function credentials(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
