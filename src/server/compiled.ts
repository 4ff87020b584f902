// An operation as a function from an item to its result. One that is asked for again and again is compiled
// (graphql-jit); the answers are graphql-js's own, and so are the words for what goes wrong.
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, execute } from "graphql";
import { type CompiledQuery, compileQuery, isCompiledQuery } from "graphql-jit";
import { TokenBucket } from "./token-bucket.ts";
import { fieldsWithin, unconditional } from "./unconditional.ts";

/** `context`: of whoever is given the result. Of operations none of whose fields waits; throws where one does. */
export type Execute = (item: unknown, context: unknown) => ExecutionResult;

export interface Executor {
  readonly execute: Execute;
  /** It is not used again. */
  release(): void;
}

/** Compiling costs more than executing: whoever looks in only for a moment is not compiled for. */
const compiledAfter = 32;
/** Each field is compiled for each type that it may be of, which takes a while: larger operations are interpreted. */
const mostFields = 200;
/** Compiled ones at a time. */
const mostCompiled = 200;
const compilesPerSecond = 10;

/** Makes executors, and bounds what their compiling costs. */
export class Executors {
  readonly #allowance = new TokenBucket(compilesPerSecond, compilesPerSecond, performance.now());
  #compiled = 0;

  of(args: ExecutionArgs): Executor {
    let asked = 0;
    let compiled: CompiledQuery | undefined;
    return {
      execute: (item, context) => {
        asked += 1;
        if (asked === compiledAfter) compiled = this.#compile(args);
        const result = compiled?.query(item, context, args.variableValues);
        const isGood = result !== undefined && !(result instanceof Promise) && result.errors === undefined;
        return isGood ? result : interpreted(args, item, context);
      },
      release: () => {
        if (compiled !== undefined) this.#compiled -= 1;
        compiled = undefined;
      },
    };
  }

  /** Undefined: it goes on being interpreted. */
  #compile(args: ExecutionArgs): CompiledQuery | undefined {
    if (this.#compiled >= mostCompiled || !this.#allowance.take(performance.now())) return undefined;
    const compiled = compile(args);
    if (compiled !== undefined) this.#compiled += 1;
    return compiled;
  }
}

function interpreted(args: ExecutionArgs, item: unknown, context: unknown): ExecutionResult {
  const result = execute({ ...args, rootValue: item, contextValue: context });
  if (result instanceof Promise) throw new Error("A field of what is rendered for all waits for something.");
  return result;
}

function compile(args: ExecutionArgs): CompiledQuery | undefined {
  try {
    // The compiler takes a fragment that is spread twice, under two conditions, for one under one.
    const document = unconditional(args);
    if (document === undefined || !isWorthCompiling(document)) return undefined;
    const compiled = compileQuery(args.schema, document, args.operationName ?? undefined);
    return isCompiledQuery(compiled) ? compiled : undefined;
  } catch {
    return undefined;
  }
}

/** Not too large, and without a name that is more than a name in a literal of JavaScript. */
function isWorthCompiling(document: DocumentNode): boolean {
  const fields = fieldsWithin(document, mostFields);
  return fields !== null && !fields.has("__proto__");
}
