"""The part of `machine` that makes calls: hold, settle, void, capture, alone and in batches."""

from collections.abc import Callable, Coroutine
from copy import deepcopy
from dataclasses import replace
from itertools import count
from typing import Any, TypeVar

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize
from world import plain_calls, stage
from world.draws import STARTS_MS, Draft, Ending, Setting, drafts, endings, holders
from world.draws import settings_of_examples as settings
from world.moves import move
from world.plain import No, Wish
from world.stage import Stage

from core.calls import Caller, Denied, Ticket
from core.domain.errors import Refusal
from core.service import spending
from core.service.start import Core
from core.store.items import HoldItem, SettleItem

T = TypeVar("T")
EXAMPLES = count(1)
somewhere = st.integers(0, 1_000)
WHY = "SELECT why FROM refusal r JOIN refused_call c ON c.refusal_id = r.id WHERE c.id = :1"


class Calls(RuleBasedStateMachine):
    """One example: six people in two teams, an administrator, and whatever happens to them."""

    stage: Stage
    start: Callable[[], Core]

    @initialize(setting=settings)
    def found(self, setting: Setting) -> None:
        self.mark = f"e{next(EXAMPLES):05}"
        self.clock = self.stage.clock
        self.clock.ms = STARTS_MS
        self.start = lambda: self.stage.start(setting.length, setting.rollover)
        self.core = self.start()
        self.books = setting.books(self.mark)
        self.tickets: list[Ticket] = []
        self.drafts: list[Draft] = []
        self.calls: list[str] = []
        self.log: list[Callable[[], None]] = []
        self.play(self.core.database.run(lambda: stage.populate(self.books)))

    # What every rule is made of

    def play(self, scene: Coroutine[Any, Any, T]) -> T:
        return self.stage.play(scene)

    def code(self, scene: Coroutine[Any, Any, object]) -> str:
        """Return the code of the refusal, or "" if there was none."""
        try:
            self.play(scene)
        except Refusal as refusal:
            return refusal.code.value
        return ""

    def does(self, step: Callable[[], None]) -> None:
        """Do a step, and remember it for replays."""
        self.log.append(step)
        step()

    def name(self, n: int) -> str:
        return f"{self.mark}u{n}"

    def team(self, n: int) -> str:
        return f"{self.mark}t{n}"

    def caller(self, n: int) -> Caller:
        return stage.caller(self.books, self.name(n))

    def wish(self, draft: Draft) -> Wish:
        self.calls.append(f"{self.mark}c{len(self.calls):04}")
        return draft.named(self.mark, self.calls[-1])

    # Calls

    @move(8, draft=drafts())
    def hold(self, draft: Draft) -> None:
        if draft.wish.token:
            self.drafts.append(draft)
        self.does(lambda: self.ask(self.wish(draft)))

    @move(3, which=somewhere, body=st.sampled_from([b"x", b"x", b"x", b"y"]))
    def ask_again(self, which: int, body: bytes) -> None:
        """Send an Idempotency-Key once more, as another call, perhaps with another body."""
        if not self.drafts:
            return
        draft = self.drafts[-1 - which % min(3, len(self.drafts))]
        self.ask(self.wish(replace(draft, wish=replace(draft.wish, body=body))))

    @move(
        4,
        key=holders,
        link=st.integers(0, 2),
        more=st.integers(0, 1),
        critical=st.booleans(),
        shorter=st.booleans(),
    )
    def hold_all_there_is(
        self,
        key: int,
        link: int,
        more: int,
        critical: bool,  # noqa: FBT001
        shorter: bool,  # noqa: FBT001
    ) -> None:
        """Ask for exactly what one of the payers has, or for one microcredit more.

        Or, `shorter`, for so much that this is what the shortest answer costs.
        """
        wish = Wish("", "", 0, critical=critical)
        if shorter:
            wish = replace(wish, price=10**4, tokens=6_000, lower=True)
        wish = self.wish(Draft(key, wish))
        payers = list(plain_calls.chain(deepcopy(self.books), wish))
        have = payers[min(link, len(payers) - 1)][1]
        shortest = 15 if shorter else 0
        self.ask(replace(wish, prompt=max(0, have + more - shortest) * 10**6))

    def ask(self, wish: Wish) -> None:
        holder = stage.caller(self.books, self.books.keys[wish.key].member, wish.key)
        answer = self.play(stage.hold(self.core, holder, wish))
        due = plain_calls.hold(self.books, wish)
        if isinstance(answer, Ticket):
            self.tickets.append(answer)
            assert stage.paid(answer) == due
        else:
            assert self.told(answer, wish) == due

    def told(self, refusal: Refusal, wish: Wish) -> No:
        """Return a refusal with its facts, and with the looks that its trace shows `why`."""
        drawn = {"resets_ms", "request_url"}
        facts = {k: v for k, v in refusal.facts.items() if k not in drawn}
        looks = []
        if refusal.code.value == plain_calls.SHORT:
            trace = self.play(stage.rows(self.core, WHY, wish.call))
            looks = [tuple(look) for look in msgspec.json.decode(trace[0][0])]
        return No(refusal.code.value, tuple(sorted(facts.items())), tuple(looks))  # type: ignore[arg-type]  # facts are plain values

    @move(8, ending=endings, recheck=st.sampled_from([False, False, True]))
    def settle(self, ending: Ending, recheck: bool) -> None:  # noqa: FBT001
        """End a hold, perhaps one that has ended; `recheck`: the COMMIT's outcome was unknown."""
        if not self.tickets:
            return
        among = (not ending.again and self.open_tickets()) or self.tickets
        ticket = among[ending.hold % len(among)]
        cost = ending.cost(ticket.amount_micro)
        self.does(lambda: self.end(ticket, ending.kind, cost))
        if recheck:
            item = SettleItem(ticket, stage.outcome(ending.kind, cost), self.clock.ms)
            answers = self.play(stage.batch(self.core, [item], recheck=True))
            assert self.receipt(ticket, answers[0]) == self.due(ticket, ending.kind, cost)

    def open_tickets(self) -> list[Ticket]:
        return [t for t in self.tickets if self.books.holds[t.call_id].state == "open"]

    def end(self, ticket: Ticket, kind: str, cost: int) -> None:
        outcome = stage.outcome(kind, cost)
        answer = self.play(spending.settle(self.core, ticket, outcome))
        assert self.receipt(ticket, answer) == self.due(ticket, kind, cost)

    def receipt(self, ticket: Ticket, answer: object) -> tuple[int, int | None]:
        return stage.receipt(answer, own=ticket.payer.value == "own")

    def due(self, ticket: Ticket, kind: str, cost: int) -> tuple[int, int | None]:
        return plain_calls.settle(self.books, ticket.call_id, kind, cost)

    @move(
        3,
        asked=st.lists(drafts(idempotent=False), min_size=1, max_size=4),
        ended=st.lists(endings, max_size=3),
        settles_first=st.booleans(),
    )
    def batch(self, asked: list[Draft], ended: list[Ending], settles_first: bool) -> None:  # noqa: FBT001
        """Commit several calls in one transaction, and once more as if COMMIT had been cut off."""
        wishes = [self.wish(draft) for draft in asked]
        open_now = self.open_tickets()
        ends = [(open_now[e.hold % len(open_now)], e) for e in ended if open_now]
        items = self.items(wishes, ends, settles_first=settles_first)
        answers = self.play(stage.batch(self.core, items))
        for wish in wishes:
            plain_calls.open_rows(self.books, wish, wide=True)
        for item, answer in zip(items, answers, strict=True):
            if isinstance(item, SettleItem):
                due = self.due(item.ticket, item.outcome.kind.value, item.outcome.cost_micro)
                assert self.receipt(item.ticket, answer) == due
            else:
                self.held(next(w for w in wishes if w.call == item.ask.call_id), answer)
        granted = [i for i, a in zip(items, answers, strict=True) if isinstance(a, Ticket)]
        again = self.play(stage.batch(self.core, list(granted), recheck=True)) if granted else []
        assert [stage.hold_of(a) for a in again] == [
            stage.hold_of(a) for a in answers if isinstance(a, Ticket)
        ]

    def items(
        self, wishes: list[Wish], ends: list[tuple[Ticket, Ending]], *, settles_first: bool
    ) -> list[HoldItem | SettleItem]:
        holds: list[HoldItem | SettleItem] = []
        for wish in wishes:
            holder = stage.caller(self.books, self.books.keys[wish.key].member, wish.key)
            holds.append(stage.hold_item(self.core, holder, wish))
        settles: list[HoldItem | SettleItem] = [
            SettleItem(t, stage.outcome(e.kind, e.cost(t.amount_micro)), self.clock.ms)
            for t, e in ends
        ]
        return [*settles, *holds] if settles_first else [*holds, *settles]

    def held(self, wish: Wish, answer: object) -> None:
        waits = plain_calls.could_wait(self.books, wish)
        due = plain_calls.attempt(self.books, wish, wish.prompt, batch=True)
        if isinstance(answer, Ticket):
            self.tickets.append(answer)
            assert stage.paid(answer) == due
        elif isinstance(answer, Denied):
            assert isinstance(due, No)
            assert (stage.looks_of(answer), answer.refused.in_flight) == (due.looks, waits)
        else:
            assert isinstance(answer, Refusal)
            assert due == No(answer.code.value)
