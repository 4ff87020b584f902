// What a mutation answers, taken apart: the simulation, or a refusal with its facts.
import { Refused } from "./errors.ts";
import type { SimulationFieldsFragment, StartMutation } from "./gql/graphql.ts";

export type Simulation = SimulationFieldsFragment;

interface Refusal {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
}

/** Throws Refused for everything but a simulation. */
export function simulationOf(answer: Simulation | Refusal): Simulation {
  if ("id" in answer) return answer;
  throw new Refused(answer.code, answer.message);
}

/** The same for a start, whose refusals know more. */
export function startedOf(answer: StartMutation["startSimulation"]): Simulation {
  if (answer.__typename === "DesignInvalidError") {
    const problems = answer.problems.map(({ path, message }) =>
      path === "" ? message : `${path}: ${message}`,
    );
    throw new Refused(answer.code, answer.message, problems);
  }
  if (answer.__typename === "DesignNotFoundError") {
    throw new Refused(answer.code, answer.message, ["`simulation designs` lists them."]);
  }
  if (answer.__typename === "IdempotencyConflictError") {
    const details = [`It started ${answer.simulationId}; what differs: ${answer.fields.join(", ")}.`];
    throw new Refused(answer.code, answer.message, details);
  }
  return simulationOf(answer);
}
