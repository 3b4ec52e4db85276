"""What the demo model says: always the same answer to the same question."""

import json
import re
from collections.abc import Iterator, Mapping

MOST_WORDS = 20_000
MOST_QUOTED = 80
MOST_DEPTH = 8
MOST_READ = 4_000
"""Of a longer text only this much is looked at: the answer would be no better."""

_WISHED_WORDS = re.compile(r"\b(\d{1,6})[ -]words?\b", re.IGNORECASE)
_FIRST = (
    (
        re.compile(r"(hi|hello|hey|good (morning|evening)|hallo|bonjour|hola)\b"),
        "Hello, and welcome!",
    ),
    (re.compile(r"(thanks|thank you)\b"), "You are welcome!"),
    (
        re.compile(r".*\b(code|function|python|javascript|sql|bug|test)\b"),
        "Good task to try me on:",
    ),
    (re.compile(r".*\?$"), "Good question:"),
    (re.compile(r""), "I read your message:"),
)
_REST = (
    "I am TokenPool's offline demo: nothing left this machine, and I cannot truly think about it.",
    "What is real is the bill: credits were held before I began and settled by what I used.",
    "The header x-tokenpool-cost names the price, and GET /v1/users/me/quota what is left.",
    "Put a provider's key such as OPENAI_API_KEY into the environment to ask its models instead.",
)
_MORE = (
    "A team shares one pool, and everybody in it has a quota of their own.",
    "When a quota is spent, one request and one approval let the same key work again.",
    "While a colleague is on vacation, a part of the pool is free for the others.",
    "An urgent call with critical priority may draw on the pool when the team allows it.",
    "Every credit is in a ledger that can explain each charge line by line.",
    "In strict privacy mode not a single word of prompt or answer is kept anywhere.",
    "An answer is never dearer than the amount that was held for it beforehand.",
)


def reply(asked: str, choice: int = 0) -> str:
    """Return a friendly answer to a text, as many words long as it wishes for."""
    wish = _WISHED_WORDS.search(asked[:MOST_READ])
    if wish and int(wish[1]):
        return _of_length(asked, choice, min(int(wish[1]), MOST_WORDS))
    return " ".join((*_opening(asked, choice), *_REST))


def say_after_tool(result: str) -> str:
    return f"The tool answered “{_quoted(result)}”. " + " ".join(_REST[:2])


def instance(schema: object, depth: int = 0) -> object:
    """Return a value that a simple JSON schema accepts: all properties, the first choices."""
    if not isinstance(schema, Mapping) or depth > MOST_DEPTH:
        return None
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("enum", "anyOf", "oneOf", "allOf"):
        options = schema.get(key)
        if isinstance(options, list) and options:
            return options[0] if key == "enum" else instance(options[0], depth + 1)
    kind = schema.get("type")
    properties = schema.get("properties")
    if kind == "object" or isinstance(properties, Mapping):
        known = properties if isinstance(properties, Mapping) else {}
        return {str(name): instance(part, depth + 1) for name, part in known.items()}
    if kind == "array":
        return [instance(schema.get("items"), depth + 1)] if schema.get("minItems") else []
    plain: dict[object, object] = {"string": "demo", "integer": 1, "number": 1, "boolean": True}
    return plain.get(kind[0] if isinstance(kind, list) and kind else kind)


def json_reply(asked: str, schema: object) -> str:
    """Return a JSON object: an instance of the schema, if there is one."""
    made = instance(schema)
    fallback = {"answer": reply(asked), "model": "demo", "offline": True}
    return json.dumps(made if isinstance(made, dict) else fallback, ensure_ascii=False)


def _opening(asked: str, choice: int) -> Iterator[str]:
    plain = asked[:MOST_READ].strip().casefold()
    first = next(words for pattern, words in _FIRST if pattern.match(plain))
    again = f"Take {choice + 1}: " if choice else ""
    quoted = _quoted(asked)
    yield f"{again}{first} “{quoted}”." if quoted else f"{again}Hello! You sent me no text."


def _quoted(text: str) -> str:
    line = " ".join(text[: MOST_QUOTED * 4].split())
    return line if len(line) <= MOST_QUOTED else f"{line[: MOST_QUOTED - 1].rstrip()}…"


def _of_length(asked: str, choice: int, words: int) -> str:
    spoken = " ".join((*_opening(asked, choice), *_REST)).split()
    more = " ".join(_MORE).split()
    while len(spoken) < words:
        spoken.extend(more)
    return " ".join(spoken[:words]).rstrip(".,:;") + "."
