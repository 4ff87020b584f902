// Property tests draw the same cases in every run, so that a run that fails says something about the change at hand.
// `PROPERTY_SEED=random` draws anew, `PROPERTY_SEED=<number>` repeats what another run reported.
import fc from "fast-check";

const given = process.env.PROPERTY_SEED;
if (given !== "random")
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(given ?? 20_261_124) });
