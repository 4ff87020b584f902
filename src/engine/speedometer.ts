const leastMs = 250;

/** Simulation events per wall second, over the last quarter of a second or more. */
export class Speedometer {
  #atMs = performance.now();
  #processed = 0;
  #perSec = 0;

  get perSec(): number {
    return this.#perSec;
  }

  read(processed: number): void {
    const wallMs = performance.now();
    const elapsedMs = wallMs - this.#atMs;
    if (elapsedMs < leastMs) return;
    this.#perSec = ((processed - this.#processed) / elapsedMs) * 1_000;
    this.#atMs = wallMs;
    this.#processed = processed;
  }
}
