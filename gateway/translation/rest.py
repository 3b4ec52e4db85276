"""Providers that litellm alone knows: it calls them itself, in a thread with a loop of its own.

Some of its code for them blocks, so it never runs in the server's loop. What is weaker here than
elsewhere is in docs/PROVIDERS.md.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec

from core.domain.errors import Code
from core.service.clock import SystemClock
from gateway.model import Model
from gateway.providers import PROVIDERS
from gateway.sources import Answer, Lost, Unsendable
from gateway.translation import litellm_port
from gateway.translation.litellm_port import Failed
from gateway.translation.messages import Untranslatable, tidy
from gateway.translation.spoken import (
    DONE,
    Broken,
    Call,
    Frame,
    Json,
    Said,
    object_of,
    objects_of,
    text_of,
)

MOST_SECONDS = 600.0
OK = 200


class RestSource:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._loop: asyncio.AbstractEventLoop | None = None

    def close(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    @asynccontextmanager
    async def post(self, model: Model, body: bytes, call_id: str) -> AsyncIterator[Answer]:
        said: Json = msgspec.json.decode(body)
        said["max_tokens"] = said.pop("max_completion_tokens", None) or said.get("max_tokens")
        try:
            tidy(said)
        except Untranslatable as error:
            raise Unsendable(Code.UPSTREAM_REFUSED, error.param) from None
        key = self._environ.get(model.api_key_env, "").strip() if model.api_key_env else ""
        self._lend(model)
        call = litellm_port.complete(model.upstream, said, key, model.api_base, MOST_SECONDS)
        running = asyncio.run_coroutine_threadsafe(call, self._running())
        try:
            answer = await asyncio.wrap_future(running)
        except Failed as failed:
            if not failed.status:
                raise Lost from None
            yield Answer(failed.status, failed.retry_after, _once(b""))
            return
        except ImportError:
            raise Unsendable(Code.UPSTREAM_ERROR) from None
        created = SystemClock().now_ms() // 1000
        frame = Frame(call_id, model.upstream_model, created)
        yield Answer(OK, "", _once(_told(answer, frame, stream=said.get("stream") is True)))

    def _lend(self, model: Model) -> None:
        """Put what else a provider needs where litellm looks for it."""
        known = PROVIDERS.get(model.provider)
        for name in known.variables if known else ():
            if self._environ.get(name):
                os.environ.setdefault(name, self._environ[name])

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=_run, args=(self._loop,), name="litellm", daemon=True).start()
        return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _told(answer: Json, frame: Frame, *, stream: bool) -> bytes:
    """Return an answer of litellm's with closed fields; nothing if it is none."""
    try:
        said = _said(answer)
        usage = _usage(answer)
    except Broken:
        return b""
    if not stream:
        return frame.answer(said, usage)
    parts = [frame.event(one, first=place == 0) for place, one in enumerate(said)]
    counted = [frame.counted(usage)] if usage is not None else []
    return b"".join((*parts, *counted, DONE))


def _said(answer: Json) -> list[Said]:
    said: list[Said] = []
    for place, choice in enumerate(objects_of(answer.get("choices"))):
        message = object_of(choice.get("message"))
        said += [
            Said(choice=place, thought=text_of(message.get("reasoning_content"))),
            Said(choice=place, text=text_of(message.get("content"))),
        ]
        for number, call in enumerate(objects_of(message.get("tool_calls"))):
            function = object_of(call.get("function"))
            name, arguments = text_of(function.get("name")), text_of(function.get("arguments"))
            called = Call(number, text_of(call.get("id")), name, arguments)
            said.append(Said(choice=place, call=called))
        said.append(Said(choice=place, finish=text_of(choice.get("finish_reason")) or "stop"))
    if not said:
        raise Broken
    return said


def _usage(answer: Json) -> Json | None:
    """Return litellm's counts; where one is zero it knew of none, and bytes bound the call."""
    counts = object_of(answer.get("usage"))
    kept: Json = {
        name: counts[name]
        for name in ("prompt_tokens", "completion_tokens", "total_tokens")
        if name in counts
    }
    return kept if kept.get("prompt_tokens") and kept.get("completion_tokens") else None
