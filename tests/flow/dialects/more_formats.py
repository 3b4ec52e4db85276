"""How Cohere, Ollama and Bedrock write what they say, after their documents."""

from flow.dialects.formats import (
    ANTHROPIC,
    GEMINI,
    SECRET,
    aws_frame,
    counted,
    line,
    sse,
    tool_of,
)  # fmt: skip
from flow.dialects.vendors import CACHED, PROMPT_TOKENS, WRITTEN, Dialect, Json, Wish

# Cohere


def _cohere_usage(tokens: int, wish: Wish) -> Json:
    usual = {"input_tokens": PROMPT_TOKENS, "output_tokens": tokens}
    return {"billed_units": counted(usual, wish), "tokens": {"input_tokens": 99}}


def _cohere_end(tokens: int, body: Json, wish: Wish) -> list[Json]:
    events: list[Json] = [{"type": "content-end", "index": 0}]
    if name := tool_of(body):
        call = {"id": "c_1", "type": "function", "function": {"name": name, "arguments": ""}}
        start = {"message": {"tool_calls": call}}
        events.append({"type": "tool-call-start", "index": 0, "delta": start})
        part = {"message": {"tool_calls": {"function": {"arguments": '{"city": "Rome"}'}}}}
        events.append({"type": "tool-call-delta", "index": 0, "delta": part})
    delta: Json = {"finish_reason": "TOOL_CALL" if name else "COMPLETE"}
    if "nousage" not in wish:
        delta["usage"] = _cohere_usage(tokens, wish)
    return [*events, {"type": "message-end", "delta": delta}]


def _cohere_whole(tokens: int, body: Json, wish: Wish) -> Json:
    message: Json = {"role": "assistant", "content": [{"type": "text", "text": "word " * tokens}]}
    if name := tool_of(body):
        function = {"name": name, "arguments": '{"city": "Rome"}'}
        message["tool_calls"] = [{"id": "c_1", "type": "function", "function": function}]
    answer = {"id": "1", "message": message, "finish_reason": "TOOL_CALL" if name else "COMPLETE"}
    return answer if "nousage" in wish else answer | {"usage": _cohere_usage(tokens, wish)}


COHERE = Dialect(
    frame=sse,
    start=lambda _body, _wish: [{"type": "message-start"}],
    word=lambda text: {
        "type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}},
    },
    end=_cohere_end,
    whole=_cohere_whole,
    error=lambda _: {"message": SECRET},
    broken={"type": "message-end", "delta": {"finish_reason": "ERROR", "error": SECRET}},
)  # fmt: skip


# Ollama


def _ollama_event(text: str, **more: object) -> Json:
    message = {"role": "assistant", "content": text}
    return {"model": "llama", "message": message, "done": False, **more}


def _ollama_end(tokens: int, body: Json, wish: Wish) -> list[Json]:
    events: list[Json] = []
    if name := tool_of(body):
        call = {"function": {"name": name, "arguments": {"city": "Rome"}}}
        events.append(_ollama_event("") | {"message": {"role": "assistant", "tool_calls": [call]}})
    counts = counted({"prompt_eval_count": PROMPT_TOKENS, "eval_count": tokens}, wish)
    end = _ollama_event("", done_reason="stop") | {"done": True}
    return [*events, end if "nousage" in wish else end | counts]


def _ollama_whole(tokens: int, body: Json, wish: Wish) -> Json:
    *calls, end = _ollama_end(tokens, body, wish)
    end["message"]["content"] = "word " * tokens
    for event in calls:
        end["message"]["tool_calls"] = event["message"]["tool_calls"]
    return end


OLLAMA = Dialect(
    frame=line,
    start=lambda _body, _wish: [],
    word=_ollama_event,
    end=_ollama_end,
    whole=_ollama_whole,
    error=lambda _: {"error": SECRET},
    broken={"error": SECRET},
)


# Bedrock


def _bedrock_usage(tokens: int, wish: Wish) -> Json:
    usual = {
        "inputTokens": PROMPT_TOKENS, "outputTokens": tokens, "totalTokens": 99,
        "cacheReadInputTokens": CACHED, "cacheWriteInputTokens": WRITTEN,
    }  # fmt: skip
    return counted(usual, wish)


def _bedrock_end(tokens: int, body: Json, wish: Wish) -> list[Json]:
    events: list[Json] = [{"contentBlockStop": {"contentBlockIndex": 0}}]
    if name := tool_of(body):
        start = {"toolUse": {"toolUseId": "t_1", "name": name}}
        events.append({"contentBlockStart": {"contentBlockIndex": 1, "start": start}})
        delta = {"toolUse": {"input": '{"city": "Rome"}'}}
        events.append({"contentBlockDelta": {"contentBlockIndex": 1, "delta": delta}})
    events.append({"messageStop": {"stopReason": "tool_use" if name else "end_turn"}})
    if "nousage" not in wish:
        events.append({"metadata": {"usage": _bedrock_usage(tokens, wish)}})
    return events


def _bedrock_whole(tokens: int, body: Json, wish: Wish) -> Json:
    content: list[Json] = [{"text": "word " * tokens}]
    if name := tool_of(body):
        use = {"toolUseId": "t_1", "name": name, "input": {"city": "Rome"}}
        content.append({"toolUse": use})
    answer = {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "tool_use" if name else "end_turn",
    }
    return answer if "nousage" in wish else answer | {"usage": _bedrock_usage(tokens, wish)}


BEDROCK = Dialect(
    frame=aws_frame,
    start=lambda _body, _wish: [{"messageStart": {"role": "assistant"}}],
    word=lambda text: {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": text}}},
    end=_bedrock_end,
    whole=_bedrock_whole,
    error=lambda _: {"message": SECRET},
    broken={"throttlingException": {"message": SECRET}},
)

EVERY = {
    "/v1/messages": ANTHROPIC,
    "/v1beta/models/{model}": GEMINI,
    "/v2/chat": COHERE,
    "/api/chat": OLLAMA,
    "/model/{model}/converse": BEDROCK,
    "/model/{model}/converse-stream": BEDROCK,
}
