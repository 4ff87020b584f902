import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isTerminal, simulationStatuses } from "../../src/core/simulation.ts";
import { answerTo, type Confirmation, confirmations, type Intent } from "../../src/core/state-machine.ts";

const lifecycle = readFileSync(new URL("../../docs/lifecycle.md", import.meta.url), "utf8");

/** The cells of the table between `<!-- name -->` and `<!-- end -->`. */
function table(name: string): string[][] {
  const text = lifecycle.split(`<!-- ${name} -->`)[1]?.split("<!-- end -->")[0] ?? "";
  return text
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("|---"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function isConfirmation(word: string): word is Confirmation {
  return word in confirmations.QUEUED;
}

function isIntent(word: string): word is Intent {
  return ["stop", "pause", "resume", "setSpeed"].includes(word);
}

describe("confirmations", () => {
  const [head = [], ...rows] = table("confirmations");

  it("are documented, every cell of them", () => {
    expect(rows.map(([status]) => status)).toEqual([...simulationStatuses]);
    expect(head.slice(1)).toEqual(Object.keys(confirmations.QUEUED));
    for (const status of simulationStatuses) {
      const row = rows.find(([name]) => name === status) ?? [];
      for (const [column, word] of head.entries()) {
        if (isConfirmation(word))
          expect(row[column], `${status} × ${word}`).toBe(confirmations[status][word]);
      }
    }
  });

  it("never change what is terminal", () => {
    for (const status of simulationStatuses.filter(isTerminal)) {
      expect(new Set(Object.values(confirmations[status]))).toEqual(new Set(["never"]));
    }
  });

  it("can end everything that is not terminal", () => {
    for (const status of simulationStatuses.filter((one) => !isTerminal(one))) {
      expect(confirmations[status].stopped).toBe("STOPPED");
      expect(confirmations[status].failed).toBe("FAILED");
    }
  });
});

describe("intents", () => {
  const [head = [], ...rows] = table("intents");

  it("are documented, every cell of them", () => {
    let cells = 0;
    for (const [statuses = "", desired = "", ...answers] of rows) {
      const of = simulationStatuses.filter((status) => statuses.split(", ").includes(status));
      const wanting = (["RUNNING", "PAUSED", "STOPPED"] as const).filter(
        (one) => desired === "any" || desired === one,
      );
      for (const status of of) {
        for (const want of wanting) {
          for (const [index, intent] of head.slice(2).entries()) {
            if (!isIntent(intent)) throw new Error(`${intent} is no intent.`);
            expect(answerTo(intent, status, want), `${status}, ${want} × ${intent}`).toBe(answers[index]);
            cells += 1;
          }
        }
      }
    }
    expect(cells).toBe(simulationStatuses.length * 3 * 4);
  });
});
