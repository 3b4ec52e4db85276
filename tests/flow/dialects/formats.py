"""How Anthropic and Gemini write what they say, after their documents, and how it is framed."""

import binascii
import json
import struct

from flow.dialects.vendors import (
    CACHED,
    PROMPT_TOKENS,
    THOUGHT,
    WRITTEN,
    Dialect,
    Json,
    Wish,
)

SECRET = "SECRET-PROVIDER-TEXT"


def sse(event: Json) -> bytes:
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n".encode()


def line(event: Json) -> bytes:
    return json.dumps(event).encode() + b"\n"


def aws_frame(event: Json) -> bytes:
    """An event of `application/vnd.amazon.eventstream`."""
    ((kind, payload),) = event.items()
    failed = kind.endswith("Exception")
    texts = {
        ":message-type": "exception" if failed else "event",
        ":exception-type" if failed else ":event-type": kind,
        ":content-type": "application/json",
    }
    headers = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(text)) + text.encode()
        for name, text in texts.items()
    )
    data = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(data), len(headers))
    prelude += struct.pack(">I", binascii.crc32(prelude))
    message = prelude + headers + data
    return message + struct.pack(">I", binascii.crc32(message))


def counted(usual: Json, wish: Wish) -> Json:
    """The usual counts with those on top that were wished for."""
    wished: Json = json.loads(wish.get("usage", "{}"))
    return usual | wished


def tool_of(body: Json) -> str:
    """Name of the first tool that was sent, in any dialect; empty: none."""
    found = body.get("tools") or (body.get("toolConfig") or {}).get("tools") or []
    if not found:
        return ""
    tool = found[0]
    for key in ("function_declarations", "functionDeclarations"):
        tool = tool[key][0] if key in tool else tool
    tool = tool.get("function") or tool.get("toolSpec") or tool
    return str(tool["name"])


# Anthropic


def _anthropic_usage(tokens: int, wish: Wish) -> Json:
    usual = {
        "input_tokens": PROMPT_TOKENS, "cache_creation_input_tokens": WRITTEN,
        "cache_read_input_tokens": CACHED, "output_tokens": tokens,
    }  # fmt: skip
    return counted(usual, wish)


def _anthropic_start(body: Json, wish: Wish) -> list[Json]:
    message: Json = {
        "id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "claude",
        "stop_reason": None, "usage": {**_anthropic_usage(1, {}), "output_tokens": 1},
    }  # fmt: skip
    if "nousage" in wish:
        del message["usage"]
    del body
    block = {"type": "text", "text": ""}
    return [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "ping"},
    ]


def _anthropic_end(tokens: int, body: Json, wish: Wish) -> list[Json]:
    events: list[Json] = [{"type": "content_block_stop", "index": 0}]
    if name := tool_of(body):
        block = {"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}
        events.append({"type": "content_block_start", "index": 1, "content_block": block})
        for part in ('{"city": ', '"Rome"}'):
            delta = {"type": "input_json_delta", "partial_json": part}
            events.append({"type": "content_block_delta", "index": 1, "delta": delta})
        events.append({"type": "content_block_stop", "index": 1})
    end: Json = {
        "type": "message_delta",
        "delta": {"stop_reason": "tool_use" if name else wish.get("stop", "end_turn")},
    }
    if "nousage" not in wish:
        end["usage"] = {"output_tokens": tokens} | json.loads(wish.get("usage", "{}"))
    return [*events, end, {"type": "message_stop"}]


def _anthropic_whole(tokens: int, body: Json, wish: Wish) -> Json:
    content: list[Json] = [{"type": "text", "text": "word " * tokens}]
    if name := tool_of(body):
        content.append({"type": "tool_use", "id": "toolu_1", "name": name, "input": {"city": "R"}})
    answer = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude",
        "content": content,
        "stop_reason": "tool_use" if name else wish.get("stop", "end_turn"),
        "usage": _anthropic_usage(tokens, wish),
    }  # fmt: skip
    if "nousage" in wish:
        del answer["usage"]
    return answer


ANTHROPIC = Dialect(
    frame=sse,
    start=_anthropic_start,
    word=lambda text: {
        "type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text},
    },
    end=_anthropic_end,
    whole=_anthropic_whole,
    error=lambda status: {
        "type": "error", "error": {"type": f"error_{'x' * (status % 7)}", "message": SECRET},
    },
    broken={"type": "error", "error": {"type": "overloaded_error", "message": SECRET}},
)  # fmt: skip


# Gemini


def _gemini_usage(tokens: int, wish: Wish) -> Json:
    usual = {
        "promptTokenCount": PROMPT_TOKENS, "cachedContentTokenCount": CACHED,
        "candidatesTokenCount": tokens, "thoughtsTokenCount": THOUGHT,
        "totalTokenCount": PROMPT_TOKENS + tokens + THOUGHT,
    }  # fmt: skip
    return counted(usual, wish)


def _gemini_parts(text: str) -> Json:
    return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}]}


def _gemini_end(tokens: int, body: Json, wish: Wish) -> list[Json]:
    candidate: Json = {"index": 0, "finishReason": wish.get("stop", "STOP")}
    if name := tool_of(body):
        call = {"functionCall": {"name": name, "args": {"city": "Rome"}}}
        candidate["content"] = {"role": "model", "parts": [call]}
    event: Json = {"candidates": [candidate], "modelVersion": "gemini"}
    if "nousage" not in wish:
        event["usageMetadata"] = _gemini_usage(tokens, wish)
    return [event]


def _gemini_whole(tokens: int, body: Json, wish: Wish) -> Json:
    (answer,) = _gemini_end(tokens, body, wish)
    content = answer["candidates"][0].setdefault("content", {"role": "model", "parts": []})
    content["parts"].insert(0, {"text": "thinking", "thought": True})
    content["parts"].insert(1, {"text": "word " * tokens})
    return answer


GEMINI = Dialect(
    frame=sse,
    start=lambda _body, _wish: [],
    word=_gemini_parts,
    end=_gemini_end,
    whole=_gemini_whole,
    error=lambda status: {"error": {"code": status, "message": SECRET, "status": "BAD"}},
    broken={"error": {"code": 503, "message": SECRET, "status": "UNAVAILABLE"}},
)
