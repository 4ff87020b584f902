/** Wall ms between two slices of a paced run: a numbered event appears at most this late. */
const sliceMs = 50;

/** Wall ms of sleep, at least: a run that needs nearly all of its time still looks up now and then. */
const leastRestMs = 5;

/** Wall ms that a paced run may fall behind before the lost time is given up instead of caught up. */
const patienceMs = 500;

/**
 * Says how far simulated time may have come. An anchor joins a wall time to a simulated time; every change of
 * pace, and every wait that was not the pacer's own, sets a new one, so that simulated time never jumps.
 */
export class Pacer {
  #speed: number;
  #anchorWallMs = 0;
  #anchorSimMs = 0;
  #nextWallMs = 0;

  /** @param speed simulated seconds per wall second; 0 = as fast as possible */
  constructor(speed: number) {
    this.#speed = speed;
  }

  get unpaced(): boolean {
    return this.#speed === 0;
  }

  setSpeed(speed: number, wallMs: number, simMs: number): void {
    this.#speed = speed;
    this.anchor(wallMs, simMs);
  }

  /** From here on, simulated time moves on from simMs. */
  anchor(wallMs: number, simMs: number): void {
    this.#anchorWallMs = wallMs;
    this.#anchorSimMs = simMs;
    this.#nextWallMs = wallMs;
  }

  /** The simulated time that is due at wallMs; Infinity when unpaced. */
  due(wallMs: number, simMs: number): number {
    if (this.unpaced) return Number.POSITIVE_INFINITY;
    const due = this.#anchorSimMs + (wallMs - this.#anchorWallMs) * this.#speed;
    if (due - simMs <= patienceMs * this.#speed) return due;
    this.anchor(wallMs, simMs);
    return simMs;
  }

  /** Wall ms to sleep after all that was due is done, so that slices begin on a steady beat. */
  rest(wallMs: number): number {
    this.#nextWallMs = Math.max(this.#nextWallMs + sliceMs, wallMs + leastRestMs);
    return this.#nextWallMs - wallMs;
  }
}
