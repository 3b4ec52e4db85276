"""What PostgreSQL's faults mean: a lost connection, a conflict, a ledger that is away."""

import asyncpg

from core.store.jobs import Conflict, Unavailable

LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


def fault_of(error: Exception) -> Exception:
    """Return what the waiters see: our words for the database's faults, all else as it is."""
    if isinstance(error, asyncpg.UniqueViolationError):
        return Conflict(error.constraint_name or "")
    if isinstance(
        error,
        (
            *LOST,
            asyncpg.OperatorInterventionError,
            asyncpg.InsufficientResourcesError,
            asyncpg.InvalidAuthorizationSpecificationError,
            asyncpg.InvalidCatalogNameError,
            asyncpg.InvalidTransactionStateError,
            asyncpg.InvalidCachedStatementError,
            asyncpg.LockNotAvailableError,
            asyncpg.PostgresSystemError,
            asyncpg.InternalServerError,
        ),
    ):
        return Unavailable(type(error).__name__)
    return error
