"""Deleting what has served its time. The journal is never among it."""

from core.store.statements import Program, Read

OLD = {
    "messages": "DELETE FROM message WHERE at_ms < :1 RETURNING call_id",
    "idempotency": "DELETE FROM idempotency WHERE created_ms < :1 RETURNING id",
    "refused": """DELETE FROM refused_call WHERE refusal_id IN
        (SELECT id FROM refusal WHERE last_ms < :1) RETURNING id""",
    "refusals": "DELETE FROM refusal WHERE last_ms < :1 RETURNING id",
    "leases": "DELETE FROM lease WHERE until_ms < :1 RETURNING name",
}
LAPSED = (
    "DELETE FROM link_code WHERE expires_ms < :1 RETURNING id",
    "DELETE FROM link_try WHERE since_ms < :1 RETURNING id",
    "DELETE FROM web_session WHERE expires_ms < :1 RETURNING id",
)
DELIVERED = (
    "DELETE FROM inbox WHERE received_ms < :1 RETURNING key",
    "DELETE FROM outbox WHERE created_ms < :1 AND state <> 'pending' RETURNING id",
    """DELETE FROM card_ref WHERE NOT live AND ref IN
        (SELECT id FROM approval WHERE state <> 'pending' AND decided_ms < :1) RETURNING id""",
)
"""Kept for long: an id in them is what keeps a notice from being told twice."""


def forget(
    *,
    messages_before: int,
    idempotency_before: int,
    refusals_before: int,
    leases_before: int,
    delivered_before: int,
) -> Program[None]:
    """Delete rows older than each time, in milliseconds UTC."""
    yield Read(OLD["messages"], (messages_before,))
    yield Read(OLD["idempotency"], (idempotency_before,))
    yield Read(OLD["refused"], (refusals_before,))
    yield Read(OLD["refusals"], (refusals_before,))
    yield Read(OLD["leases"], (leases_before,))
    for lapsed in LAPSED:
        yield Read(lapsed, (leases_before,))
    for delivered in DELIVERED:
        yield Read(delivered, (delivered_before,))
