// Writes docs/configuration.md.
import { writeFile } from "node:fs/promises";
import { configurationPage } from "./configuration-page.ts";

await writeFile(new URL("../docs/configuration.md", import.meta.url), configurationPage());
