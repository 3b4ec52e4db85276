import pytest

pytest_plugins = ["pytester"]

SKIPS = {
    "call": "import pytest\ndef test_it(): pytest.skip('no database')\n",
    "marker": "import pytest\n@pytest.mark.skip(reason='no database')\ndef test_it(): pass\n",
    "module": "import pytest\npytest.skip('no database', allow_module_level=True)\n",
}


def run(pytester: pytest.Pytester) -> pytest.RunResult:
    return pytester.runpytest(
        "-p", "tests.no_skips", "-o", "asyncio_default_fixture_loop_scope=function"
    )


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS.keys())
def test_an_unannounced_skip_is_a_failure(pytester: pytest.Pytester, source: str) -> None:
    pytester.makepyfile(source)

    result = run(pytester)

    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*no database*unexpected skip*"])


def test_an_expected_failure_is_no_skip(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\n")

    result = run(pytester)

    result.assert_outcomes(xfailed=1)


def test_an_announced_skip_stays_a_skip(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.no_skips.EXPECTED", {"test_it": "shown here"})
    pytester.makepyfile(SKIPS["call"])

    result = run(pytester)

    result.assert_outcomes(skipped=1)
