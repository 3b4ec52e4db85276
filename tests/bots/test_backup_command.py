"""`tokenpool backup` and `tokenpool restore`, as people type them."""

from world.console import Console

ELSEWHERE = {"TOKENPOOL_DATABASE_URL": "sqlite:///new/tokenpool.db"}


def test_the_commands_say_what_they_did_and_where_the_key_is(shell: Console) -> None:
    with shell.serving():
        kept = shell.run("backup", "kept")
    back = shell.run("restore", "kept", **ELSEWHERE)

    assert (kept.code, back.code) == (0, 0), kept.err + back.err
    assert kept.out.endswith("MiB, whole and on the disk.\n")
    assert kept.err == (
        "The secret key is not in it. Keep a copy of data/secret_key in another place.\n"
    )
    assert back.out == "kept is back: 0 transfers agree with the balances.\n"


def test_without_pg_dump_it_says_what_to_install(shell: Console, postgres_url: str) -> None:
    said = shell.run("backup", "made", PATH="/nowhere", TOKENPOOL_DATABASE_URL=postgres_url)

    assert said.code == 2
    assert said.err.startswith("pg_dump is needed")
    assert not (shell.folder / "made").exists()
