import type { Source as SourceConfig } from "../../gen/architech/engine/v1/engine.ts";
import { Sampler } from "./distributions.ts";
import type { Link } from "./link.ts";
import { Random } from "./random.ts";
import { RateProfile, UserProfile } from "./rate-profile.ts";

/** Arrivals whatever the answers: the state of an open source or a trace. */
export class OpenState {
  readonly profile: RateProfile;
  /** Arrivals come as the rate's integral reaches multiples of one, not at random. */
  readonly even: boolean;
  /** Where the integral to the next arrival starts, and how much of it is needed from there. */
  fromMs = 0;
  areaLeft = 0;
  /** Moves on when the next arrival is planned anew. */
  generation = 0;
  /** By which the rate is multiplied. */
  factor = 1;

  constructor(profile: RateProfile, even: boolean) {
    this.profile = profile;
    this.even = even;
  }
}

/** Users who think, ask and wait: the state of a closed source. */
export class ClosedState {
  readonly profile: UserProfile;
  readonly think: Sampler;
  users = 0;
  /** By which the number of users is multiplied. */
  factor = 1;
  /** Users ever made; the next one's number. */
  made = 0;
  /** Moves on when the next rise is planned anew. */
  generation = 0;

  constructor(profile: UserProfile, think: Sampler) {
    this.profile = profile;
    this.think = think;
  }
}

/** A source's state while the run goes on. What it does is sourcing.ts's business. */
export class Source {
  readonly index: number;
  readonly id: string;
  readonly config: SourceConfig;
  readonly link: Link;
  /** Urgency: 0 is the most urgent of the run. */
  readonly level: number;
  readonly open: OpenState | undefined;
  readonly closed: ClosedState | undefined;
  readonly arrivals: Random;
  private readonly mixDraws: Random;
  private readonly names: readonly number[];
  /** Sums of the weights up to and with each name. */
  private readonly sums: readonly number[];
  /** Requests made by an open source; the next one's key. */
  made = 0;

  /** `names` are the operation's numbers, one for each entry of the mix. */
  constructor(
    index: number,
    config: SourceConfig,
    link: Link,
    level: number,
    names: readonly number[],
    seed: number,
  ) {
    this.index = index;
    this.id = config.id;
    this.config = config;
    this.link = link;
    this.level = level;
    this.arrivals = new Random(seed, config.id, "source:arrivals");
    this.mixDraws = new Random(seed, config.id, "source:mix");
    this.open = openState(config);
    this.closed = closedState(config, seed);
    this.names = names;
    let sum = 0;
    this.sums = config.mix.map((entry) => {
      sum += entry.weight;
      return sum;
    });
  }

  /** The number of the operation that the next request asks for. */
  drawName(): number {
    const only = this.names[0] ?? 0;
    if (this.names.length <= 1) return only;
    const at = this.mixDraws.unit() * (this.sums[this.sums.length - 1] ?? 0);
    const found = this.sums.findIndex((sum) => at < sum);
    return this.names[found] ?? only;
  }
}

function openState(config: SourceConfig): OpenState | undefined {
  switch (config.kind?.$case) {
    case "open":
      return new OpenState(RateProfile.ofOpen(config.kind.value), config.kind.value.process === "constant");
    case "trace":
      return new OpenState(RateProfile.ofTrace(config.kind.value), false);
    default:
      return undefined;
  }
}

function closedState(config: SourceConfig, seed: number): ClosedState | undefined {
  if (config.kind?.$case !== "closed") return undefined;
  const { startUsers, users, think } = config.kind.value;
  const sampler = new Sampler(think, new Random(seed, config.id, "source:think"));
  return new ClosedState(new UserProfile(startUsers, users), sampler);
}
