// The events of a log, and what a stream says about itself. An event shows its own facts, which never change,
// and beside them the simulation as it stands now.
import type {
  AttemptStarted,
  EventBody,
  EventType,
  FaultChanged,
  LogEmitted,
  SimulationEvent,
  SpeedChanged,
  StatusChanged,
} from "../core/events.ts";
import { eventTypes } from "../core/events.ts";
import type { DeliveredEvent, FeedItem, StreamState, StreamStateChange } from "../feed/feed.ts";
import { builder, ofSnapshot } from "./builder.ts";
import { SimulationType } from "./simulation.ts";
import { DesiredStatusEnum, SimulationStatusEnum } from "./status.ts";

/** A delivered event whose body is of one type. */
export type Delivered<B extends EventBody> = DeliveredEvent & {
  readonly event: SimulationEvent & { readonly body: B };
};

const typeNames: Record<EventType, string> = {
  STATUS_CHANGED: "StatusChanged",
  SPEED_CHANGED: "SpeedChanged",
  METRICS_SAMPLED: "MetricsSampled",
  LOG_EMITTED: "LogEmitted",
  FAULT_CHANGED: "FaultChanged",
  ATTEMPT_STARTED: "AttemptStarted",
};

/** Where an item of the feed stands: what every event says of itself. */
const place = (item: FeedItem) => (item.kind === "event" ? item.event : item);

export const SimulationEventInterface = builder.interfaceRef<FeedItem>("SimulationEvent").implement({
  description: `An entry of a simulation's log, or (StreamStateChanged) a word about the stream itself. Within one simulation
\`seq\` is dense from 1: whoever has seen an event resumes with its seq as \`after\`.`,
  resolveType: (item) => (item.kind === "event" ? typeNames[item.event.body.type] : "StreamStateChanged"),
  fields: (t) => ({
    simulationId: t.id({
      description: "The simulation it belongs to.",
      resolve: (item) => (item.kind === "event" ? item.event.simulationId : item.simulation.id),
    }),
    simulation: t.field({
      ...ofSnapshot,
      type: SimulationType,
      description:
        "The simulation as it stands now, never older than the event. History is in the event's own fields.",
      resolve: (item) => item.simulation,
    }),
    seq: t.int({
      description:
        "Its place in the log. Of StreamStateChanged: the place it speaks of, which it does not take.",
      resolve: (item) => place(item).seq,
    }),
    at: t.field({
      type: "DateTime",
      description: "When it was stored. Of StreamStateChanged: when it was said.",
      resolve: (item) => place(item).at,
    }),
    simulatedTime: t.float({
      description: "When it happened, simulated s.",
      resolve: (item) => place(item).simulatedTime,
    }),
  }),
});

export const SimulationEventTypeEnum = builder.enumType("SimulationEventType", {
  description: "The types of events, to ask for some of them only. StreamStateChanged always comes.",
  values: Object.fromEntries(
    eventTypes.map((type) => [type, { description: `${typeNames[type]}.` }]),
  ) as Record<EventType, { description: string }>,
});

builder.objectRef<Delivered<StatusChanged>>("StatusChanged").implement({
  description: "The status changed, or what is desired.",
  interfaces: [SimulationEventInterface],
  fields: (t) => ({
    status: t.field({
      type: SimulationStatusEnum,
      description: "From here on.",
      resolve: (it) => it.event.body.status,
    }),
    previousStatus: t.field({
      type: SimulationStatusEnum,
      description: "Until here; the same as `status` where only the desire changed.",
      resolve: (it) => it.event.body.previousStatus,
    }),
    desiredStatus: t.field({
      type: DesiredStatusEnum,
      description: "What was last asked, as of here.",
      resolve: (it) => it.event.body.desiredStatus,
    }),
    reason: t.string({
      nullable: true,
      description: "Why, where it is not plain.",
      resolve: (it) => it.event.body.reason,
    }),
  }),
});

builder.objectRef<Delivered<SpeedChanged>>("SpeedChanged").implement({
  description: "The speed changed, or the desired speed.",
  interfaces: [SimulationEventInterface],
  fields: (t) => ({
    speed: t.float({
      description: "Confirmed; simulated s per wall s, 0 = as fast as possible.",
      resolve: (it) => it.event.body.speed,
    }),
    desiredSpeed: t.float({
      description: "Last asked; simulated s per wall s, 0 = as fast as possible.",
      resolve: (it) => it.event.body.desiredSpeed,
    }),
  }),
});

builder.objectRef<Delivered<LogEmitted>>("LogEmitted").implement({
  description:
    "The engine has something to say, or (code OWNER_CHANGED) the service: another replica drives the simulation.",
  interfaces: [SimulationEventInterface],
  fields: (t) => ({
    level: t.field({
      type: builder.enumType("LogLevel", {
        description: "How much it matters.",
        values: {
          INFO: { description: "Good to know." },
          WARN: { description: "Worth a look." },
          ERROR: { description: "Something is wrong." },
        },
      }),
      description: "How much it matters.",
      resolve: (it) => it.event.body.level,
    }),
    code: t.string({ description: "For programs; stable.", resolve: (it) => it.event.body.code }),
    message: t.string({ description: "For people.", resolve: (it) => it.event.body.message }),
    componentId: t.id({
      nullable: true,
      description: "The component it is about; null: the simulation as a whole.",
      resolve: (it) => it.event.body.componentId,
    }),
  }),
});

builder.objectRef<Delivered<FaultChanged>>("FaultChanged").implement({
  description: "A fault that the design plans, or that was injected, began or ended.",
  interfaces: [SimulationEventInterface],
  fields: (t) => ({
    faultId: t.id({ description: "The fault.", resolve: (it) => it.event.body.faultId }),
    kind: t.string({ description: "What sort of fault.", resolve: (it) => it.event.body.kind }),
    componentId: t.id({
      nullable: true,
      description: "The component it strikes; null: none in particular.",
      resolve: (it) => it.event.body.componentId,
    }),
    phase: t.string({ description: "What happened to it.", resolve: (it) => it.event.body.phase }),
    value: t.float({
      description: "How strong it is, in the unit of its kind.",
      resolve: (it) => it.event.body.value,
    }),
  }),
});

builder.objectRef<Delivered<AttemptStarted>>("AttemptStarted").implement({
  description: "An engine was lost, and a new engine run was made for the simulation.",
  interfaces: [SimulationEventInterface],
  fields: (t) => ({
    attempt: t.int({ description: "Which run this is, from 1.", resolve: (it) => it.event.body.attempt }),
    reason: t.string({ nullable: true, description: "Why.", resolve: (it) => it.event.body.reason }),
    replay: t.boolean({
      description: "True: the events so far stand and go on from here. False: the run begins again.",
      resolve: (it) => it.event.body.replay,
    }),
  }),
});

builder.objectRef<StreamStateChange>("StreamStateChanged").implement({
  description: "The stream about itself. Not in the log: it takes no seq.",
  interfaces: [SimulationEventInterface],
  fields: (t) => ({
    state: t.field({
      type: builder.enumType("StreamState", {
        description: "How a stream stands.",
        values: {
          CATCHING_UP: { description: "What follows is from the past." },
          LIVE: { description: "What follows comes as it happens." },
          STALE: { description: "Nothing new can be known just now; the reason says why." },
          GAP: { description: "Events before this place are no longer kept." },
        } satisfies Record<StreamState, { description: string }>,
      }),
      description: "From here on.",
      resolve: (it) => it.state,
    }),
    reason: t.exposeString("reason", { nullable: true, description: "Why, where it is not plain." }),
  }),
});
