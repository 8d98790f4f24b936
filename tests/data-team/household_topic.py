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
    persons: int
    cause: str
    # Of a move: the village on the other side. A region that holds both has neither lost nor won anybody.
    across: str = ""


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
    """The events as they count: a corrected one holds what the last correction put in its place."""
    events = list(events)
    place = {f"{event.household}:{event.version}": i for i, event in enumerate(events)}
    for event in events:
        if event.kind == "event_corrected":
            correction = event.fact
            i = place[correction.corrected_event_id]
            kind = correction.WhichOneof("fact")
            events[i] = replace(
                events[i], on=correction.corrected_occurred_on, kind=kind, fact=getattr(correction, kind)
            )
    return events


def history(events: list[Event]) -> History:
    """Folds a household's events, ordered by business date and then version, into what is counted."""
    events = effective(events)
    cancelled = {event.fact.exit_event_id for event in events if event.kind == "exit_reversed"}
    result = History()
    state = State()
    for event in sorted(events, key=lambda e: (e.on, e.version)):
        if f"{event.household}:{event.version}" in cancelled:
            continue
        step = step_of(event, state)
        if step is None:
            continue
        state, flows = step
        if result.segments and result.segments[-1][0] == event.on:
            result.segments.pop()
        result.segments.append((event.on, state))
        villages = {"movedOut": flows[-1][1].village, "movedIn": flows[0][1].village} if flows else {}
        for kind, at, persons in flows:
            result.flows.append(
                Flow(
                    event.household,
                    event.version,
                    event.on,
                    kind,
                    at.village,
                    persons,
                    at.cause,
                    villages.get(kind, ""),
                )
            )
    return result


ENTRY_FLOW = {
    pb.ENTRY_KIND_IDENTIFIED: "identified",
    pb.ENTRY_KIND_NEWLY_POOR: "newlyPoor",
    pb.ENTRY_KIND_MISSED: "missed",
}


def main_cause(causes: pb.PovertyCauses) -> str:
    return causes.main.code or "-"


def step_of(event: Event, state: State) -> tuple[State, list[tuple[str, State, int]]] | None:
    """What an event makes of the state, and the flows it counts as: (kind, where, persons). None: it counts for nothing."""
    fact = event.fact
    if event.kind == "household_registered":
        entered = State(event.region, STILL_POOR, len(fact.members), main_cause(fact.causes))
        return entered, [(ENTRY_FLOW[fact.entry_kind], entered, entered.persons)]
    if event.kind == "household_split_off":
        standing = fact.standing
        if standing.status == pb.REGISTER_STATUS_EXITED:
            status = EXITED
        else:
            status = RETURNED_POOR if standing.returned_on else STILL_POOR
        formed = State(
            event.region, status, len(fact.members), main_cause(fact.causes), bool(standing.policy_ended_on)
        )
        return formed, [("splitOff", formed, formed.persons)]
    if state.status == OUTSIDE:
        return None
    match event.kind:
        case "poverty_causes_recorded":
            return replace(state, cause=main_cause(fact.causes)), []
        case "household_exited":
            left = replace(state, status=EXITED, policy_ended=False)
            return left, [("exits", left, left.persons)]
        case "household_returned":
            back = replace(state, status=RETURNED_POOR, cause=main_cause(fact.causes), policy_ended=False)
            return back, [("returns", back, back.persons)]
        case "exit_reversed":
            return state, [("exitReversals", state, state.persons)]
        case "member_added":
            return replace(state, persons=state.persons + 1), [("membersAdded", state, 1)]
        case "member_left":
            return replace(state, persons=state.persons - 1), [("membersLeft", state, 1)]
        case "household_split":
            gone = len(fact.person_ids)
            return replace(state, persons=state.persons - gone), [("membersLeft", state, gone)]
        case "household_merged":
            came = len(fact.members)
            return replace(state, persons=state.persons + came), [("membersAdded", state, came)]
        case "household_merged_away":
            return State(), [("mergedAway", state, state.persons)]
        case "household_extinguished":
            return State(), [("extinguished", state, state.persons)]
        case "ineligible_removed":
            return State(), [("removed", state, state.persons)]
        case "household_moved":
            moved = replace(state, village=fact.to_region)
            return moved, [("movedOut", state, state.persons), ("movedIn", moved, moved.persons)]
        case "policy_ended":
            return (replace(state, policy_ended=True), []) if state.status == EXITED else None
        case "policy_retained":
            return (replace(state, policy_ended=False), []) if state.status == EXITED else None
    return None


# --- what the projection shows -------------------------------------------------------------------------------------------


@dataclass
class Figure:
    households: int = 0
    persons: int = 0

    def add(self, persons: int) -> None:
        self.households += 1
        self.persons += persons

    def json(self) -> dict[str, int]:
        return {"households": self.households, "persons": self.persons}


def figures(histories: Iterable[History], region: str, since: str, until: str) -> dict[str, dict[str, int]]:
    """Stocks of a region on the day `until`, and flows from `since` to `until`, each in households and persons."""
    sums: dict[str, Figure] = defaultdict(Figure)
    for one in histories:
        state = one.on(until)
        if state.status != OUTSIDE and state.village.startswith(region):
            sums[state.status].add(state.persons)
            if state.policy_ended:
                sums["policyEnded"].add(state.persons)
        for flow in one.flows:
            within = flow.village.startswith(region) and not (flow.across and flow.across.startswith(region))
            if since <= flow.on <= until and within:
                sums[flow.kind].add(flow.persons)
    return {kind: figure.json() for kind, figure in sorted(sums.items())}


def year_table(histories: Iterable[History], region: str, years: Iterable[int]) -> list[dict]:
    histories = list(histories)
    return [
        {"year": year, **figures(histories, region, f"{year}-01-01", f"{year}-12-31")}
        for year in years
    ]


def ledger(histories: Iterable[History], region: str) -> list[dict]:
    rows = [flow for one in histories for flow in one.flows if flow.village.startswith(region)]
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
