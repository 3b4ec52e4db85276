"""Bugs to plant in a copy of the gateway and of what is around the ledger, one at a time.

As in `planted`; each says which tests have to find it.
"""

from dataclasses import dataclass

from torture.planted import Bug

FAULTS = "tests/flow/test_faults.py"
IDEMPOTENCY = "tests/flow/test_idempotency.py"
IMPATIENCE = "tests/flow/test_impatience.py"
ANSWERS = "tests/gateway/test_answers.py"
WIRE = "tests/gateway/test_wire.py"
PRIVACY = "tests/flow/test_privacy.py"
CAPS = "tests/core/service/test_key_caps.py"


@dataclass(frozen=True)
class Planted(Bug):
    tests: str


GATEWAY_BUGS = [
    Planted(
        "settled before it is sent",
        "gateway/stream.py",
        "        outcome = await sent.outcome()\n",
        "        await spending.settle(call.core, ticket, outcome)\n"
        "        outcome = await sent.outcome()\n",
        FAULTS,
    ),
    Planted(
        "answered before its settlement has committed",
        "gateway/stream.py",
        "call_later(SETTLE_SECONDS, sent.end, None)",
        "call_later(0.0, sent.end, None)",
        "tests/flow/test_busy_ledger.py",
    ),
    Planted(
        "what failed upstream is charged",
        "gateway/stream.py",
        "return self._failed(Kind.VOID, failure.refusal)",
        "return self._failed(Kind.CAPTURE, failure.refusal)",
        FAULTS,
    ),
    Planted(
        "a hold is given back after a time-out",
        "gateway/stream.py",
        "                return self._as(Kind.CAPTURE, status, estimated=True)\n"
        "            case UnknownOutcome.OBSERVED:",
        "                return self._as(Kind.VOID, status, estimated=True)\n"
        "            case UnknownOutcome.OBSERVED:",
        FAULTS,
    ),
    Planted(
        "recovery releases",
        "core/service/upkeep.py",
        "kind=Kind.VOID if release else Kind.CAPTURE, status=INTERRUPTED",
        "kind=Kind.VOID, status=INTERRUPTED",
        "tests/core/service/test_crashes.py",
    ),
    Planted(
        "a client that leaves is followed no further",
        "gateway/silence.py",
        "now + seconds))",
        "now))",
        IMPATIENCE,
    ),
    Planted(
        "what nobody read is not charged",
        "gateway/stream.py",
        "usage = meter.usage or Usage(self.call.prompt_tokens, meter.produced_bytes)",
        "usage = meter.usage or Usage(self.call.prompt_tokens, 0)",
        IMPATIENCE,
    ),
    Planted(
        "a lost connection is tried again",
        "gateway/upstream.py",
        '            raise Produced(Code.UPSTREAM_ERROR, "The connection to the provider broke.")'
        " from None",
        "            raise Nothing(unsent(NotSent())) from None",
        FAULTS,
    ),
    Planted(
        "a cut stream is taken for finished",
        "gateway/upstream.py",
        "        if not self._ends(events.rest):\n",
        "        if False:\n",
        FAULTS,
    ),
    Planted(
        "usage is summed",
        "gateway/answers.py",
        "            self.usage, self.invalid = read_usage(raw), False\n",
        "            before, now = self.usage or Usage(0, 0), read_usage(raw)\n"
        "            self.usage, self.invalid = Usage(\n"
        "                before.prompt_tokens + now.prompt_tokens,\n"
        "                before.completion_tokens + now.completion_tokens), False\n",
        ANSWERS,
    ),
    Planted(
        "a negative count is believed",
        "gateway/answers.py",
        "msgspec.Meta(ge=0, le=MOST_TOKENS)",
        "msgspec.Meta(le=MOST_TOKENS)",
        ANSWERS,
    ),
    Planted(
        "usage that cannot be true is nothing",
        "gateway/stream.py",
        "        if meter.invalid:\n",
        "        if False:\n",
        FAULTS,
    ),
    Planted(
        "usage of a stream is not asked for",
        "gateway/wire.py",
        """            parts.append(b',"stream_options":{"include_usage":true}')\n""",
        """            parts.append(b',"stream_options":{"include_usage":false}')\n""",
        WIRE,
    ),
    Planted(
        "the output limit is not sent",
        "gateway/wire.py",
        """        parts.append(b',"%s":%d' % (output_field.encode(), output_tokens))\n""",
        "",
        WIRE,
    ),
    Planted(
        "held for one answer of many",
        "gateway/bounds.py",
        "        n=body.n,\n",
        "        n=1,\n",
        "tests/gateway/test_bounds.py",
    ),
    Planted(
        "a field that nobody knows passes",
        "gateway/chat_shapes.py",
        "class Shape(Struct, frozen=True, forbid_unknown_fields=True, gc=False):",
        "class Shape(Struct, frozen=True, gc=False):",
        "tests/gateway/test_wire_refusals.py",
    ),
    Planted(
        "every body has the same fingerprint",
        "gateway/chat.py",
        'mac = hmac.digest(self._gate.core.pepper, said.sent, "sha256")',
        'mac = b"the same"',
        IDEMPOTENCY,
    ),
    Planted(
        "words of a strict call are kept",
        "gateway/stream.py",
        "keep = call.core.settings.log_messages and ticket.privacy is not Privacy.STRICT",
        "keep = call.core.settings.log_messages",
        PRIVACY,
    ),
    Planted(
        "the body is part of what is logged",
        "gateway/stream.py",
        '        "call",\n        request_id=receipt.call_id,\n',
        '        f"call {sent.call.request.decode()}",\n        request_id=receipt.call_id,\n',
        PRIVACY,
    ),
    Planted(
        "a settlement is given up while the database is away",
        "core/service/spending.py",
        "        except Refusal:\n            pass\n        except Exception as error",
        "        except Refusal:\n            raise\n        except Exception as error",
        "tests/flow/test_busy_ledger.py",
    ),
    Planted(
        "a settlement is given up after what nobody foresaw",
        "core/service/spending.py",
        'log.error("settlement_failed", request_id=ticket.call_id, error=name)',
        "raise error from None",
        FAULTS,
    ),
    Planted(
        "whatever is sent ahead is parsed",
        "gateway/receiving.py",
        "while self._unread and len(self.pipeline) < MOST_WAITING:",
        "while self._unread:",
        "tests/flow/test_floods.py",
    ),
    Planted(
        "a large body is decoded whatever is in it",
        "gateway/wire.py",
        "    refuse_crowded_body(body)\n",
        "",
        "tests/gateway/test_crowded_bodies.py",
    ),
    Planted(
        "a call that the server's end cuts costs its whole hold",
        "gateway/stream.py",
        "                return self._cut(Code.SHUTTING_DOWN)\n",
        "                raise\n",
        "tests/flow/test_sigterm.py",
    ),
    Planted(
        "a successor's cap begins anew",
        "core/store/keyring.py",
        "caps = inherited(maker.binds(old[10]), caps)",
        "caps = tuple(Cap(fresh.id, cap.micro) for cap in caps)",
        CAPS,
    ),
    Planted(
        "a capped key makes others beside its cap",
        "core/store/keyring.py",
        "caps = inherited(maker.binds(member_id), own)",
        "caps = own",
        CAPS,
    ),
]
