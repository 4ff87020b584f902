// What is given for each setting, and where: in the environment, or in a file that the environment names.
import { contentsOf } from "./file.ts";
import { settings } from "./settings.ts";

export interface Given {
  /** Contents of files are trimmed. */
  readonly text: string;
  readonly from: "environment" | "file";
}

export interface Problem {
  readonly setting: string;
  /** The end of a sentence that begins with the setting's name. */
  readonly is: string;
}

export interface GivenSettings {
  readonly given: ReadonlyMap<string, Given>;
  readonly problems: readonly Problem[];
}

/** Empty is not given. What is no setting of ours is not looked at. */
export function givenSettings(environment: NodeJS.ProcessEnv): GivenSettings {
  const given = new Map<string, Given>();
  const problems: Problem[] = [];
  for (const { name, mayBeFile } of settings) {
    const text = environment[name] ?? "";
    if (text !== "") given.set(name, { text, from: "environment" });
    const path = mayBeFile ? (environment[`${name}_FILE`] ?? "") : "";
    if (path === "") continue;
    if (text !== "") {
      problems.push({ setting: name, is: `is given twice, by itself and as ${name}_FILE` });
      continue;
    }
    const contents = contentsOf(path);
    if ("why" in contents) problems.push({ setting: `${name}_FILE`, is: contents.why });
    // Where it cannot be read it is given all the same: that it were missing would be a second complaint.
    given.set(name, { text: "text" in contents ? contents.text : "", from: "file" });
  }
  return { given, problems };
}
