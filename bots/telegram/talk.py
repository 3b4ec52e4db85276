"""In private chats: lines, buttons, questions of forms, and questions before a button does it."""

from dataclasses import dataclass

from bots import dispatch
from bots.context import Answer
from bots.parsing.words import without_lead
from bots.showing import form_of
from bots.telegram import marks
from bots.telegram.answers import Answers
from bots.telegram.forms import CANCEL, SKIP, STOP, Filled, answers, same_form
from bots.telegram.origins import form_token, question_token
from bots.telegram.updates import Clicked, Wrote
from cards.actions import Verb, decode, encode, fits
from cards.card import Card
from core.domain.accounts import Account
from core.service.start import Core

STOPPED = Card("Stopped. Nothing was sent.")
NOTHING_CHANGED = "Nothing was changed."
OLD_QUESTION = "This question is over."
REQUEST = "apr_"
"""How the ids of requests begin: a link can carry one to Start."""


@dataclass(frozen=True, slots=True)
class Talk:
    core: Core
    answers: Answers

    async def wrote(self, event: Wrote, account: Account) -> None:
        forms, chat, user = self.answers.forms, event.chat, event.user
        pending = await forms.current(chat, user)
        if pending is not None and without_lead(event.text).lower() in CANCEL:
            await forms.drop(chat, user)
            await self.answers.places.post(chat, STOPPED, account)
            return
        if pending is not None and answers(event, pending):
            await self._filled(event, account, await forms.give(chat, user, pending, event.text))
            return
        if pending is not None:
            await forms.drop(chat, user)
        await self.answers.to_line(chat, account, await self._said(event, account))

    async def clicked(self, event: Clicked, account: Account) -> None:
        if event.token in {SKIP, STOP}:
            await self._questioned(event, account)
        elif token := marks.unmarked(event.token, marks.ASKS):
            await self._ask_first(event, account, token)
        elif token := marks.unmarked(event.token, marks.TAKES_BACK):
            await self.answers.places.tell(event.query, NOTHING_CHANGED)
            rows = marks.settled(event.keyboard, token)
            await self.answers.places.rekey(event.chat, event.message, rows)
        else:
            if await self.answers.forms.current(event.chat, event.user) is not None:
                await self.answers.forms.drop(event.chat, event.user)
            if answer := await self._form_or_answer(event, account):
                await self.answers.to_click(event, account, answer)

    async def _said(self, event: Wrote, account: Account) -> Answer:
        """Answer a line; Start may carry the id of a request, or a code (finding.py)."""
        word, _, payload = event.text.partition(" ")
        if word == "/start" and payload.startswith(REQUEST):
            ref = payload.strip()
            token = encode(Verb.APPROVAL, ref=ref) if fits(Verb.APPROVAL, ref=ref) else ""
            return await dispatch.act(self.core, account, token)
        line = word if word == "/start" and payload.strip() == "hello" else event.text
        return await dispatch.say(self.core, account, line)

    async def _form_or_answer(self, event: Clicked, account: Account) -> Answer | None:
        """Do what a button says; one that ends a form asks for its fields first."""
        action = decode(event.token)
        origin = form_token(action) if action is not None else ""
        if not origin:
            return await dispatch.act(self.core, account, event.token)
        shown = await dispatch.act(self.core, account, origin)
        form = form_of(shown.card) if shown.card is not None else None
        if form is None:  # there is nothing to fill in any more, or it is not theirs
            return shown
        if not same_form(form, event.token):
            return await dispatch.act(self.core, account, event.token)
        await self.answers.places.tell(event.query)
        await self.answers.forms.begin(event.chat, event.user, form, {})
        return None

    async def _questioned(self, event: Clicked, account: Account) -> None:
        """Skip the question that waits for an answer, or end its form."""
        forms, chat, user = self.answers.forms, event.chat, event.user
        pending = await forms.current(chat, user)
        if pending is None or pending.message_id != event.message:
            await self.answers.places.tell(event.query, OLD_QUESTION, alert=True)
            return
        await self.answers.places.tell(event.query)
        await self.answers.places.rekey(chat, event.message, [])
        if event.token == STOP:
            await forms.drop(chat, user)
            await self.answers.places.post(chat, STOPPED, account)
        else:
            await self._filled(event, account, await forms.give(chat, user, pending, None))

    async def _filled(
        self, event: Wrote | Clicked, account: Account, filled: Filled | None
    ) -> None:
        if filled is None:
            return
        answer = await dispatch.act(self.core, account, filled.token, filled.values)
        await self.answers.to_form(event.chat, account, answer, filled)

    async def _ask_first(self, event: Clicked, account: Account, token: str) -> None:
        """Put a question before a button does something, as its card asks it now."""
        action = decode(token)
        origin = question_token(action) if action is not None else ""
        shown = await dispatch.act(self.core, account, origin) if origin else Answer()
        asked = marks.question_of(shown.card, token) if shown.card is not None else marks.SURE
        await self.answers.places.tell(event.query, asked)
        rows = marks.asked(event.keyboard, token)
        await self.answers.places.rekey(event.chat, event.message, rows)
