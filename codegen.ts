// Typed documents of the command line's operations: `npm run generate:operations`. What comes out runs by type
// stripping as it is: strings instead of enums, types imported as types, imports with their suffix.
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "schema.graphql",
  documents: "src/cli/operations.graphql",
  importExtension: ".ts",
  generates: {
    "src/cli/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        useTypeImports: true,
        skipTypename: false,
        strictScalars: true,
        immutableTypes: true,
        scalars: {
          DateTime: "string",
          JSON: "unknown",
        },
      },
    },
  },
};

export default config;
