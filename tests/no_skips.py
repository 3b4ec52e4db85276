"""A skipped test proves nothing, so a skip that nobody announced here is a failure."""

from collections.abc import Generator
from typing import TypeVar

import pytest

# Part of a test's id → why it may be skipped.
EXPECTED: dict[str, str] = {
    "tests/gateway/test_demo.py::test_openai_schemas": "needs a schema kept beside the tree",
    "tests/cards/render/test_schemas.py::test_schemas": "needs schemas kept beside the tree",
    "tests/bots/slack/test_schema.py::test_slacks_types": "needs a schema kept beside the tree",
}

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def _judge(report: Report) -> Report:
    """Turn an unexpected skip into a failure; an xfail also reports itself as skipped."""
    announced = any(part in report.nodeid for part in EXPECTED)
    if report.skipped and not announced and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason} (an unexpected skip: see EXPECTED in tests/no_skips.py)"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _judge((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _judge((yield))
