"""Programs about jobs that run once a period, whatever the number of processes."""

from core.store.chat_tables import JobRunRow
from core.store.statements import Insert, Program, Read

COLUMNS = ("job", "period", "holder", "at_ms", "done")
CURRENT = "SELECT holder, at_ms, done FROM job_run WHERE job = :1 AND period = :2 FOR UPDATE"
TAKE_OVER = """
UPDATE job_run SET holder = :3, at_ms = :4 WHERE job = :1 AND period = :2 RETURNING job
"""
FINISH = """
UPDATE job_run SET done = TRUE WHERE job = :1 AND period = :2 AND holder = :3 RETURNING job
"""
RELEASE = """
DELETE FROM job_run WHERE job = :1 AND period = :2 AND holder = :3 AND NOT done RETURNING job
"""


def claim(row: JobRunRow, dead_ms: int) -> Program[tuple[bool, bool]]:
    """Take a job; return whether it is ours, or done. What was taken by `dead_ms` is free."""
    values = (row.job, row.period, row.holder, row.at_ms, row.done)
    yield Insert(JobRunRow, COLUMNS, [values], ignore=True)
    rows = yield Read(CURRENT, (row.job, row.period))
    holder, at_ms, done = rows[0]
    if done:
        return False, True
    if holder == row.holder:
        return True, False
    if at_ms > dead_ms:
        return False, False
    yield Read(TAKE_OVER, values[:4])
    return True, False


def finish(job: str, period: str, holder: str) -> Program[None]:
    """Note that a job has been done, if it was not taken over meanwhile."""
    yield Read(FINISH, (job, period, holder))


def release(job: str, period: str, holder: str) -> Program[None]:
    """Let a job that was claimed and not done be claimed again."""
    yield Read(RELEASE, (job, period, holder))
