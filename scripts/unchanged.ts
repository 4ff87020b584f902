// Fails when a generated file that is committed differs from what was just generated.
import { execFileSync } from "node:child_process";

const generated = [
  "src/gen",
  "schema.graphql",
  "src/cli/gql",
  "designs/design.schema.json",
  "docs/configuration.md",
  "docs/limits.md",
  "docs/operations.md",
];
const changed = execFileSync("git", ["status", "--porcelain", "--", ...generated], { encoding: "utf8" });
if (changed !== "") {
  process.stderr.write(
    `Generated files are not current; commit what \`npm run generate\` makes:\n${changed}`,
  );
  process.exit(1);
}
