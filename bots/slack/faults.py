"""What an error of Slack's Web API means for a message: docs.slack.dev/reference/methods."""

from bots.transport import Fault, Gone, RateLimited, Rejected, Transient, Unreachable

__all__ = ["Rejected", "of"]

GONE = frozenset(
    {
        "cant_update_message", "edit_window_closed", "message_not_found", "not_found",
        "view_not_found",
    }
)  # fmt: skip
UNREACHABLE = frozenset(
    {
        "cannot_dm_bot", "channel_is_archived", "channel_not_found", "channel_type_not_supported",
        "is_archived", "messages_tab_disabled", "not_in_channel", "restricted_action",
        "restricted_action_non_threadable_channel", "restricted_action_read_only_channel",
        "user_disabled", "user_not_found", "user_not_in_channel", "user_not_visible",
        "users_not_found",
    }
)  # fmt: skip
OURS = frozenset(
    {
        "access_denied", "account_inactive", "ekm_access_denied", "invalid_auth", "missing_scope",
        "not_allowed_token_type", "not_authed", "org_login_required", "token_expired",
        "token_revoked", "two_factor_setup_required",
    }
)  # fmt: skip
"""Somebody has to mend the app or its token; until then every message waits."""
PASSING = frozenset(
    {
        "fatal_error", "internal_error", "request_timeout", "service_unavailable",
        "team_added_to_org",
    }
)  # fmt: skip
RATE_LIMITED = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})
USUAL_SECONDS = 1.0
MOST_SECONDS = 3600.0
SERVER = 500
TOO_MANY = 429


def of(error: str, status: int, retry_after: str | None) -> Fault | Rejected:
    """Return what to raise for an answer that is not ok."""
    if status == TOO_MANY or error in RATE_LIMITED:
        return RateLimited(_seconds(retry_after))
    if error in GONE:
        return Gone(error)
    if error in UNREACHABLE:
        return Unreachable(error)
    if status >= SERVER or error in PASSING or error in OURS or not error:
        return Transient(error or f"status {status}")
    return Rejected(error)


def _seconds(retry_after: str | None) -> float:
    try:
        return min(max(float(retry_after or USUAL_SECONDS), 0.0), MOST_SECONDS)
    except ValueError:
        return USUAL_SECONDS
