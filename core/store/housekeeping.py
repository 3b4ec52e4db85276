"""Deleting what has served its time, in one place. The journal is never among it."""

from core.store.statements import Program, Read

DAY_MS = 86_400_000
MESSAGES = "DELETE FROM message WHERE at_ms < :1 RETURNING call_id"
KEPT_DAYS = {
    "DELETE FROM idempotency WHERE created_ms < :1 RETURNING id": 1,
    "DELETE FROM lease WHERE until_ms < :1 RETURNING name": 1,
    "DELETE FROM link_code WHERE expires_ms < :1 RETURNING id": 1,
    "DELETE FROM link_try WHERE since_ms < :1 RETURNING id": 1,
    "DELETE FROM web_session WHERE expires_ms < :1 RETURNING id": 1,
    "DELETE FROM rate_window WHERE ends_ms < :1 RETURNING id": 1,
    "DELETE FROM pending_input WHERE ends_ms < :1 RETURNING id": 1,
    "DELETE FROM vanishing WHERE due_ms < :1 RETURNING place": 3,  # Telegram deletes for two days
    "DELETE FROM inbox WHERE received_ms < :1 RETURNING key": 7,
    "DELETE FROM web_message WHERE created_ms < :1 RETURNING no": 30,
    """DELETE FROM card_ref WHERE NOT live AND ref IN
    (SELECT id FROM approval WHERE state <> 'pending' AND decided_ms < :1
     UNION ALL SELECT call_id FROM dispute WHERE state <> 'open' AND decided_ms < :1)
    RETURNING id""": 30,
    """DELETE FROM outbox WHERE created_ms < :1 AND state IN ('sent', 'moot')
    RETURNING id""": 40,  # longer than any period: the row is what keeps a warning told once
    "DELETE FROM outbox WHERE created_ms < :1 AND state = 'dead' RETURNING id": 90,
    """DELETE FROM refused_call WHERE refusal_id IN
    (SELECT id FROM refusal WHERE last_ms < :1) RETURNING id""": 90,
    "DELETE FROM refusal WHERE last_ms < :1 RETURNING id": 90,
    "DELETE FROM conversation_ref WHERE seen_ms < :1 RETURNING place": 365,
}
"""What is deleted, and after how many days. Calls that were refused go before their refusal."""


def forget(now_ms: int, *, messages_days: int) -> Program[None]:
    """Delete what is older than it is kept; words of calls as the settings say."""
    yield Read(MESSAGES, (now_ms - messages_days * DAY_MS,))
    for sql, days in KEPT_DAYS.items():
        yield Read(sql, (now_ms - days * DAY_MS,))
