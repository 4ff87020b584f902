// What can be asked of a field without arguments, some levels deep.
import { type GraphQLOutputType, getNamedType, isInterfaceType, isObjectType, isUnionType } from "graphql";

/** Empty where the field is a leaf. Of a union the type alone, and of a refusal its code. */
export function selectionOf(output: GraphQLOutputType, depth: number): string {
  const type = getNamedType(output);
  if (isObjectType(type) || isInterfaceType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => field.args.length === 0);
    const selected = fields.flatMap((field) => {
      const inner = selectionOf(field.type, depth - 1);
      if (inner !== "" && depth === 0) return [];
      return [`${field.name} ${inner}`];
    });
    return `{ __typename ${selected.join(" ")} }`;
  }
  if (!isUnionType(type)) return "";
  const isOfSimulations = type.getTypes().some(({ name }) => name === "Simulation");
  return `{ __typename ... on Error { code } ${isOfSimulations ? "... on Simulation { id status viewerRole }" : ""} }`;
}
