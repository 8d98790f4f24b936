"""Reads the household topic alone and recomputes what the projection shows: year table, ledger and roll-ups.

An example for data teams, and the test that the stream says everything: nothing here knows the services, their databases
or their code. It needs the topic and the code generated from proto/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from fupin.registry.v1 import household_pb2 as pb

TOPIC = "fupin.registry.household.v1"


# --- reading -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """One fact of a household: its id is `<household>:<version>`, `on` is the business date."""

    household: str
    version: int
    on: str
    region: str
    kind: str
    fact: object


def read_topic(brokers: str, topic: str = TOPIC) -> Iterator[Event]:
    """All events that are in the topic now, each once.

    Delivery is at least once with first occurrences in order, so a version of a household that was seen is a repetition.
    """
    consumer = Consumer(
        {"bootstrap.servers": brokers, "group.id": "data-team", "enable.auto.commit": False, "enable.partition.eof": False}
    )
    try:
        partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
        ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=30)[1] for p in partitions}
        consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p, end in ends.items() if end > 0])
        open_partitions = {p for p, end in ends.items() if end > 0}
        seen: dict[str, int] = defaultdict(int)
        while open_partitions:
            message = consumer.poll(30)
            if message is None:
                raise TimeoutError(f"{topic} does not answer")
            if message.error():
                raise RuntimeError(message.error())
            partition = message.partition()
            if partition not in open_partitions:
                continue
            if message.offset() + 1 >= ends[partition]:
                open_partitions.discard(partition)
            event = decode(message.key().decode(), message.value())
            if event.version <= seen[event.household]:
                continue
            seen[event.household] = event.version
            yield event
    finally:
        consumer.close()


def decode(key: str, value: bytes) -> Event:
    """One message; stops at an event this contract does not know, as every consumer should."""
    message = pb.HouseholdEvent.FromString(value)
    kind = message.WhichOneof("event")
    if kind is None:
        raise ValueError(f"{key}:{message.envelope.stream_version} holds an event that this contract does not know")
    envelope = message.envelope
    return Event(key, envelope.stream_version, envelope.occurred_on, envelope.region, kind, getattr(message, kind))


def by_household(events: Iterable[Event]) -> dict[str, list[Event]]:
    streams: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        streams[event.household].append(event)
    return streams


# --- one household's history ---------------------------------------------------------------------------------------------

OUTSIDE, STILL_POOR, EXITED, RETURNED_POOR = "outside", "stillPoor", "exited", "returnedPoor"


@dataclass(frozen=True)
class State:
    """How a household is counted from a day on."""

    village: str = ""
    status: str = OUTSIDE
    persons: int = 0
    cause: str = "-"
    policy_ended: bool = False


@dataclass(frozen=True)
class Flow:
    """Something that is counted on a day: a row of the ledger."""

    household: str
    version: int
    on: str
    kind: str
    village: str
    # 1, or 0 where only persons came or went; persons are negative on the side of a split or merge that loses them, so
    # that in a region with both households they cancel.
    households: int
    persons: int
    cause: str
    # Of a move: the village on the other side. A region that holds both has neither lost nor won anybody.
    across: str = ""

    def counts_in(self, region: str) -> bool:
        """A move within the region is none of it."""
        return self.village.startswith(region) and not (self.across and self.across.startswith(region))


@dataclass
class History:
    segments: list[tuple[str, State]] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    def on(self, day: str) -> State:
        state = State()
        for start, segment in self.segments:
            if start > day:
                break
            state = segment
        return state


def effective(events: list[Event]) -> list[Event]:
    """The events as they count: a corrected one holds what the last correction put in its place, an annulled one is gone."""
    counted: dict[str, Event | None] = {f"{event.household}:{event.version}": event for event in events}
    for event in events:
        if event.kind != "event_corrected":
            continue
        correction = event.fact
        named = correction.corrected_event_id
        if correction.annulled:
            counted[named] = None
            continue
        kind = correction.WhichOneof("fact")
        wrong = next(e for e in events if f"{e.household}:{e.version}" == named)
        counted[named] = replace(wrong, on=correction.corrected_occurred_on, kind=kind, fact=getattr(correction, kind))
    return [event for event in counted.values() if event is not None]


def history(events: list[Event]) -> History:
    """Folds a household's events, ordered by business date and then version, into what is counted."""
    events = effective(events)
    cancelled = {event.fact.exit_event_id for event in events if event.kind == "exit_reversed"}
    result = History()
    state = State()
    for event in in_order(events):
        step = step_of(event, state, f"{event.household}:{event.version}" in cancelled)
        if step is None:
            continue
        state, flows = step
        if result.segments and result.segments[-1][0] == event.on:
            result.segments.pop()
        result.segments.append((event.on, state))
        across = {"movedOut": flows[-1][1].village, "movedIn": flows[0][1].village} if flows else {}
        for kind, at, households, persons in flows:
            result.flows.append(
                Flow(
                    event.household,
                    event.version,
                    event.on,
                    kind,
                    at.village,
                    households,
                    persons,
                    at.cause,
                    across.get(kind, ""),
                )
            )
    return result


ENTRIES = {"household_registered", "household_split_off"}
MEMBERS = {"member_added", "member_left", "household_split", "household_merged"}


def in_order(events: list[Event]) -> list[Event]:
    """By business date, then version. A change of members that was recorded after the entry but is dated before it counts
    from the entry on: the entry names the members as they were known then."""

    def day(event: Event) -> str:
        if event.kind not in MEMBERS:
            return event.on
        entries = [e.on for e in events if e.kind in ENTRIES and e.version < event.version and e.on > event.on]
        return entries[-1] if entries else event.on

    return sorted((replace(event, on=day(event)) for event in events), key=lambda e: (e.on, e.version))


ENTRY_FLOW = {
    pb.ENTRY_KIND_IDENTIFIED: "identified",
    pb.ENTRY_KIND_NEWLY_POOR: "newlyPoor",
    pb.ENTRY_KIND_MISSED: "missed",
}


def main_cause(causes: pb.PovertyCauses) -> str:
    """Code of the main cause in the register's own list, `-` when none was recorded."""
    return causes.main.code or "-"


Step = tuple[State, list[tuple[str, State, int, int]]]


def step_of(event: Event, state: State, cancelled: bool) -> Step | None:
    """What an event makes of the state, and what is counted: (flow, where, households, persons). None: nothing.

    `cancelled`: the exit that the event is, or the one that a split-off household brought along, was reversed.
    """
    fact = event.fact
    if state.status == OUTSIDE:
        return entry_of(event, cancelled)
    match event.kind:
        case "poverty_causes_recorded":
            return replace(state, cause=main_cause(fact.causes)), []
        case "household_exited" if state.status != EXITED and not cancelled:
            gone = replace(state, status=EXITED, policy_ended=False)
            return gone, [("exits", gone, 1, gone.persons)]
        case "household_returned" if state.status == EXITED:
            back = replace(state, status=RETURNED_POOR, cause=main_cause(fact.causes), policy_ended=False)
            return back, [("returns", back, 1, back.persons)]
        case "exit_reversed":
            return state, [("exitReversals", state, 1, state.persons)]
        case "policy_ended" if state.status == EXITED:
            return replace(state, policy_ended=True), []
        case "policy_retained" if state.status == EXITED:
            return replace(state, policy_ended=False), []
        case "member_added":
            return replace(state, persons=state.persons + 1), [("membersAdded", state, 0, 1)]
        case "member_left":
            return replace(state, persons=state.persons - 1), [("membersLeft", state, 0, 1)]
        case "household_split":
            gone = len(fact.person_ids)
            return replace(state, persons=state.persons - gone), [("splitOff", state, 0, -gone)]
        case "household_merged":
            came = len(fact.members)
            return replace(state, persons=state.persons + came), [("mergedAway", state, 0, -came)]
        case "household_moved" if fact.to_region != state.village:
            moved = replace(state, village=fact.to_region)
            return moved, [("movedOut", state, 1, state.persons), ("movedIn", moved, 1, moved.persons)]
        case "household_merged_away":
            return State(), [("mergedAway", state, 1, state.persons)]
        case "household_extinguished":
            return State(), [("extinguished", state, 1, state.persons)]
        case "ineligible_removed":
            return State(), [("removed", state, 1, state.persons)]
    return None


def entry_of(event: Event, cancelled: bool) -> Step | None:
    """How a household comes into the register: registered, or formed by a split and then standing as the one it came from."""
    fact = event.fact
    if event.kind == "household_registered":
        entered = State(event.region, STILL_POOR, len(fact.members), main_cause(fact.causes))
        return entered, [(ENTRY_FLOW[fact.entry_kind], entered, 1, entered.persons)]
    if event.kind == "household_split_off":
        standing = fact.standing
        exited = standing.status == pb.REGISTER_STATUS_EXITED and not cancelled
        status = EXITED if exited else RETURNED_POOR if standing.returned_on else STILL_POOR
        ended = exited and bool(standing.policy_ended_on)
        formed = State(event.region, status, len(fact.members), main_cause(fact.causes), ended)
        return formed, [("splitOff", formed, 1, formed.persons)]
    return None


# --- what the projection shows -------------------------------------------------------------------------------------------


@dataclass
class Figure:
    households: int = 0
    persons: int = 0

    def add(self, households: int, persons: int) -> None:
        self.households += households
        self.persons += persons

    def json(self) -> dict[str, int]:
        return {"households": self.households, "persons": self.persons}


def figures(histories: Iterable[History], region: str, since: str, until: str) -> dict[str, dict[str, int]]:
    """Stocks of a region on the day `until`, and flows from `since` to `until`, each in households and persons."""
    sums: dict[str, Figure] = defaultdict(Figure)
    for one in histories:
        state = one.on(until)
        if state.status != OUTSIDE and state.village.startswith(region):
            sums[state.status].add(1, state.persons)
            if state.policy_ended:
                sums["policyEnded"].add(1, state.persons)
        for flow in one.flows:
            if since <= flow.on <= until and flow.counts_in(region):
                sums[flow.kind].add(flow.households, flow.persons)
    return {kind: figure.json() for kind, figure in sorted(sums.items()) if figure.households or figure.persons}


def year_table(histories: Iterable[History], region: str, years: Iterable[int]) -> list[dict]:
    histories = list(histories)
    return [
        {"year": year, **figures(histories, region, f"{year}-01-01", f"{year}-12-31")}
        for year in years
    ]


def ledger(histories: Iterable[History], region: str) -> list[dict]:
    rows = [flow for one in histories for flow in one.flows if flow.counts_in(region)]
    rows.sort(key=lambda f: (f.on, f.household, f.version, f.kind))
    return [
        {
            "eventId": f"{f.household}:{f.version}",
            "kind": f.kind,
            "occurredOn": f.on,
            "village": f.village,
            "persons": f.persons,
            "cause": f.cause,
        }
        for f in rows
    ]
