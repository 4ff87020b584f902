const TO_UNIT = 2 ** -32;

/**
 * A stream of random numbers of its own for each (seed, component, purpose), so that editing one component
 * changes no other component's draws, and two variants of a design can be compared on common random numbers.
 *
 * The generator is sfc32 of Chris Doty-Humphrey's PractRand (period about 2^127), on 32-bit integers only:
 * the same on every machine and version.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter: number;

  constructor(seed: number, component: string, purpose: string) {
    const key = `${seed}\u0000${purpose}\u0000${component}`;
    this.a = hash(key, 0x9e3779b9);
    this.b = hash(key, 0x85ebca6b);
    this.c = hash(key, 0xc2b2ae35);
    this.counter = hash(key, 0x27d4eb2f);
    for (let i = 0; i < 16; i++) this.unit();
  }

  /** Uniform in (0, 1), both ends left out, so that its logarithm is always finite. */
  unit(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return ((t >>> 0) + 0.5) * TO_UNIT;
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** True with this probability; draws nothing where the answer is certain. */
  chance(probability: number): boolean {
    if (probability <= 0) return false;
    return probability >= 1 || this.unit() < probability;
  }
}

/** MurmurHash3's 32-bit mixing, over the UTF-16 units of the text. */
export function hash(text: string, seed: number): number {
  let h = seed | 0;
  for (let i = 0; i < text.length; i++) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  return mix(h ^ text.length);
}

/** Spreads the bits of a 32-bit integer over all of its bits (MurmurHash3's finalizer). */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
