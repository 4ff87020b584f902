// An operation as a function from an item to its result. One that is asked for again and again is compiled
// (graphql-jit); the answers are graphql-js's own.
import { type ExecutionArgs, type ExecutionResult, execute } from "graphql";
import { type CompiledQuery, compileQuery, isCompiledQuery } from "graphql-jit";
import { unconditional } from "./unconditional.ts";

export type Execute = (item: unknown) => ExecutionResult;

/** Compiling costs as much as executing some dozens of times: whoever looks in only for a moment is not compiled for. */
const compiledAfter = 32;

/** Of an operation none of whose fields waits for anything; throws where one does. */
export function executor(args: ExecutionArgs): Execute {
  let asked = 0;
  let compiled: CompiledQuery | undefined;
  return (item) => {
    asked += 1;
    if (asked === compiledAfter) compiled = compile(args);
    const result = compiled?.query(item, args.contextValue, args.variableValues);
    // What goes wrong is told in graphql-js's words.
    const isGood = result !== undefined && !(result instanceof Promise) && result.errors === undefined;
    return isGood ? result : interpreted(args, item);
  };
}

function interpreted(args: ExecutionArgs, item: unknown): ExecutionResult {
  const result = execute({ ...args, rootValue: item });
  if (result instanceof Promise) throw new Error("A field of what is rendered for all waits for something.");
  return result;
}

/** Undefined: it goes on being interpreted. */
function compile(args: ExecutionArgs): CompiledQuery | undefined {
  // The compiler takes a fragment that is spread twice, under two conditions, for one under one.
  const document = unconditional(args);
  if (document === undefined) return undefined;
  const compiled = compileQuery(args.schema, document, args.operationName ?? undefined);
  return isCompiledQuery(compiled) ? compiled : undefined;
}
