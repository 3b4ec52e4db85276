"""The ledger under a Hypothesis state machine: a real database beside plain dicts, step by step.

Every rule does the same on both sides and compares the answers, reasons included; after every
step all that is committed is compared with the laws and with the books.
"""

from datetime import UTC, datetime

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from world import plain_calls, plain_people, sums
from world.draws import ADMIN, DAY_MS, HOUR_MS, decider_of, deciders, micros, pools, spans, whos
from world.machine_calls import Calls, somewhere
from world.moves import Move, move, moves_of
from world.stage import Stage

from core.domain.members import CriticalPolicy, CriticalRight
from core.service import absence, approving, keys, membership, teaming, upkeep
from core.service.membership import MemberChange
from core.service.teaming import TeamChange

LEASE_MS = 30_000
BACK = -2
"""Among the ends of a vacation: come back. None: until further notice."""


class Machine(Calls):
    """Calls, and whatever happens to the people who make them."""

    @move(2, n=whos, quota=micros)
    def set_quota(self, n: int, quota: int) -> None:
        def step() -> None:
            change = MemberChange(personal_quota_micro=quota)
            admin = self.caller(ADMIN).person
            self.play(membership.update_user(self.core, admin, self.name(n), change))
            plain_people.set_quota(self.books, self.name(n), quota)

        self.does(step)

    @move(1, n=st.integers(0, 1), pool=pools)
    def set_pool(self, n: int, pool: int) -> None:
        def step() -> None:
            change = TeamChange(pool_quota_micro=pool)
            admin = self.caller(ADMIN).person
            self.play(teaming.update_team(self.core, admin, self.team(n), change))
            plain_people.set_pool(self.books, self.team(n), pool)

        self.does(step)

    @move(
        3,
        which=somewhere,
        quota=st.integers(0, 60),
        gift=st.one_of(st.none(), st.integers(1, 100)),
    )
    def lower_under_a_hold(self, which: int, quota: int, gift: int | None) -> None:
        """Take a quota back while a hold is on it: the rest is taken as holds end.

        Perhaps give something at once: that is there to be spent.
        """
        if not (among := self.open_tickets()):
            return
        account = among[which % len(among)].row_id.partition("/")[0]
        kind, n = account.partition(":")[0], int(account[-1])
        if kind == "team":
            self.set_pool(n, quota)
            return
        self.set_quota(n, quota)
        if gift and n != ADMIN:
            self.request_more(n, gift)
            self.decide("admin", 0, None, True, None)  # noqa: FBT003

    @move(3, n=whos, hours=st.sampled_from([None, None, BACK, 1, 30, 800]))
    def go_on_vacation_or_come_back(self, n: int, hours: int | None) -> None:
        on = hours != BACK
        until = self.clock.ms + hours * HOUR_MS if hours and on else None

        def step() -> None:
            scene = absence.set_status(self.core, self.caller(n), on_vacation=on, until_ms=until)
            due = plain_people.set_vacation(self.books, self.name(n), until, on=on)
            assert self.code(scene) == due

        step()  # not replayed: its end may have passed by then

    @move(1, n=st.integers(0, 1), right=st.sampled_from(CriticalRight), member=st.integers(0, 2))
    def set_critical_right(self, n: int, right: CriticalRight, member: int) -> None:
        team, who = self.team(n), self.name(3 * n + member)
        admin = self.caller(ADMIN).person
        self.play(teaming.set_critical(self.core, admin, team, who, right))
        self.books.teams[team].rights[who] = right.value

    @move(
        1, n=st.integers(0, 1), policy=st.sampled_from(CriticalPolicy), percent=st.integers(0, 30)
    )
    def set_lending(self, n: int, policy: CriticalPolicy, percent: int) -> None:
        change = TeamChange(
            critical_policy=policy, critical_percent=percent, vacation_percent=percent
        )
        admin = self.caller(ADMIN).person
        self.play(teaming.update_team(self.core, admin, self.team(n), change))
        team = self.books.teams[self.team(n)]
        team.policy = policy.value
        team.critical_percent = team.vacation_percent = percent

    @move(1, n=st.integers(0, 8))
    def revoke_key(self, n: int) -> None:
        def step() -> None:
            key = f"{self.mark}k{n}"
            self.play(keys.revoke_key(self.core, self.caller(ADMIN).person, key))
            self.books.keys[key].revoked = True

        if len(self.log) % 4 == 0:  # rarely: a revoked key makes the rest of an example dull
            self.does(step)

    # Approvals

    @move(2, n=whos, amount=st.integers(1, 300))
    def request_more(self, n: int, amount: int) -> None:
        def step() -> None:
            view = self.play(approving.request_more(self.core, self.caller(n), amount, "more"))
            due = plain_people.request(self.books, self.name(n), amount, view.id)
            assert (view.id, view.status, view.amount_micro) == (due, "pending", amount)

        self.does(step)

    @move(2, n=whos, amount=st.integers(1, 300), by=deciders)
    def request_and_decide(self, n: int, amount: int, by: str) -> None:
        self.request_more(n, amount)
        self.decide(by, 0, None, True, None)  # noqa: FBT003

    @move(
        3,
        by=deciders,
        which=somewhere,
        amount=st.one_of(st.none(), st.none(), st.integers(1, 400)),
        approve=st.sampled_from([True, True, False]),
        left_ms=st.sampled_from([None, None, None, None, 0, 1]),
    )
    def decide(
        self,
        by: str,
        which: int,
        amount: int | None,
        approve: bool,  # noqa: FBT001
        left_ms: int | None,
    ) -> None:
        """Mostly the latest request; a manager's yes moves, an administrator's grants."""
        if not (ids := list(self.books.approvals)):
            return
        name = ids[-1 - which % min(3, len(ids))]
        if left_ms is not None:
            self.wait(max(0, self.books.approvals[name].expires - left_ms - self.books.now))
        decider = decider_of(by, int(self.books.approvals[name].member[-1]))

        def step() -> None:
            scene = (
                approving.approve(self.core, self.caller(decider), name, amount)
                if approve
                else approving.reject(self.core, self.caller(decider), name)
            )
            due = plain_people.decide(
                self.books, self.name(decider), name, amount, approve=approve
            )
            assert self.code(scene) == due

        self.does(step)

    # The world

    @move(2, span=spans)
    def wait(self, span: int) -> None:
        self.clock.ms = self.books.now = self.clock.ms + span

    @move(1, more=st.sampled_from([-1, 0, 1_000]))
    def wait_for_the_next_period(self, more: int) -> None:
        """Go to the last moment of a period, or to the first of the next."""
        now = datetime.fromtimestamp(self.books.now // 1000, UTC)
        midnight = int(datetime(now.year, now.month, now.day, tzinfo=UTC).timestamp()) * 1000
        while self.books.calendar.at(midnight) == self.books.period:
            midnight += DAY_MS
        self.wait(midnight + more - self.books.now)

    @move(1, more=st.sampled_from([-1, 0]))
    def wait_for_the_end_of_a_vacation(self, more: int) -> None:
        ends = [m.away_until for m in self.books.members.values() if m.away(self.books.now)]
        if known := [end for end in ends if end is not None]:
            self.wait(min(known) + more - self.books.now)

    @move(1)
    def expire(self) -> None:
        while self.play(approving.expire_due(self.core)):
            """What earlier examples left is due as well, and a hundred go at once."""
        for approval in self.books.approvals.values():
            if approval.state == "pending" and approval.expires <= self.books.now:
                approval.state = "expired"

    @move(1, alive=st.booleans())
    def crash_and_recover(self, alive: bool) -> None:  # noqa: FBT001
        """Lose the process; its open holds are captured, but never while its lease runs."""
        if alive:
            self.play(upkeep.heartbeat(self.core))
        self.core = self.start()
        self.books.leaning.clear()
        if alive:
            self.play(upkeep.capture_orphans(self.core))
            self.all_that_is_committed_obeys_the_laws_and_equals_the_books()
            self.wait(LEASE_MS)
        self.play(upkeep.capture_orphans(self.core))
        for call in [c for c, hold in self.books.holds.items() if hold.state == "open"]:
            plain_calls.settle(self.books, call, "CAPTURE", 0)

    @move(2, n=st.integers(1, 5))
    def replay(self, n: int) -> None:
        """Do the last steps again: what was done once stays done once."""
        for step in self.log[-n:]:
            step()

    @invariant()
    def all_that_is_committed_obeys_the_laws_and_equals_the_books(self) -> None:
        if hasattr(self, "books"):
            self.play(sums.check(self.core, self.books, self.mark, self.calls))

    def teardown(self) -> None:
        """End what is open: after that nothing is held, and every hold has its one end."""
        if not hasattr(self, "books"):
            return
        for ticket in self.tickets:
            if self.books.holds[ticket.call_id].state == "open":
                self.end(ticket, "SETTLE", ticket.amount_micro)
        self.all_that_is_committed_obeys_the_laws_and_equals_the_books()
        assert not any(row["held"] for row in self.books.rows.values())


PROFILES = {
    "ci": settings(max_examples=80, derandomize=True, phases=(Phase.generate, Phase.shrink)),
    "ci-postgres": settings(
        max_examples=25, derandomize=True, phases=(Phase.generate, Phase.shrink)
    ),
    "torture": settings(max_examples=2_000, phases=(Phase.generate, Phase.shrink)),
    "planted": settings(max_examples=400, derandomize=True, phases=(Phase.generate,)),
}
"""HYPOTHESIS_PROFILE names one. A step on PostgreSQL takes four times as long.

Planted bugs need no small example, only to be found.
"""


def run_machine(stage: Stage, profile: str) -> None:
    """Run the machine on a stage as a profile says."""

    class OnStage(Machine):
        @rule(step=moves_of(Machine))
        def step(self, step: Move) -> None:
            name, arguments = step
            getattr(self, name)(**arguments)

    OnStage.stage = stage
    how = settings(
        PROFILES[profile],
        stateful_step_count=25,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OnStage, settings=how)
