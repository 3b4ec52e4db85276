"""`make soak MINUTES=30`: steady load for as long as that, and whether anything grows or slows.

    python tests/bench/soak.py [--minutes 30] [--plain 100] [--streams 20] [--database sqlite]

The tools are pinned to the last core and TokenPool to the first, as in run.py. Each minute:
calls, bad answers and how the first of them came, p50 and p99 of plain calls and streams,
processor time for a call, resident memory, open files, open holds, and how long the disk stood
still for a write of our own beside it: p99 is judged by the other minutes. In the end a table and
a verdict; the exit status is 1 if any part of it failed, and all figures are in soak.json. TMPDIR
says which disk, e.g. one in memory.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.disk import Disk, watching
from bench.run import build, cpu_seconds, mock, pin, pinned, postgres_url, rss_mib
from flow.processes import Process, serve_process
from flow.serving import TOML

MOST_RSS_SLOPE = 1.0
"""MiB in ten minutes, over the second half."""
MOST_P99_RATIO = 1.5
"""Median of the last third's minutes over that of the first third's."""
MOST_CPU_RATIO = 1.2
"""The same of processor time for a call, which says more than times on a busy machine."""
MOST_P99_GROWTH_MS = 2.0
"""What is less than this is no growth, whatever its ratio."""
MOST_STALLED_SECONDS = 0.3
"""What the disk may stand still in a minute before its p99 (0.6 s of it) tells nothing of us."""
MOST_MORE_FILES = 16
"""In the calmest minute of the last third, over that of the first: pools open some in a burst."""
HEAD = "minute   calls  bad     p50     p99  streams    p99  CPU ms  RSS MiB  files  holds  disk s"
WARMUP_SECONDS = 0.5
CONNECTIONS = 64
KEYS = 8


@dataclass(frozen=True, slots=True)
class Minute:
    """What one minute showed; times in milliseconds."""

    no: int
    calls: int
    bad: int
    p50: float
    p99: float
    stream_p50: float
    stream_p99: float
    cpu_ms: float
    """TokenPool's, for a call."""
    rss_mib: float
    files: int
    open_holds: int
    disk_stalled: float
    """Seconds for which a small synced write beside it stood still."""
    first_bad: str
    """How the first bad answer came, if there was one."""


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def load(
    folder: Path, port: int, rate: float, seconds: float, *, streamed: bool
) -> dict[str, Any]:
    """Send so many calls a second, whether or not the last ones have been answered."""
    command = [*pinned(1), str(folder / "load"), "-p", str(port), "-c", str(CONNECTIONS)]
    command += ["-R", str(rate), "-d", str(seconds), "-w", str(WARMUP_SECONDS), "-m", "mock"]
    command += ["-K", str(folder / "keys"), *(["-s"] if streamed else [])]
    said: dict[str, Any] = json.loads(
        subprocess.run(command, check=True, capture_output=True).stdout
    )
    return said


async def minute(
    no: int, folder: Path, process: Process, disk: Disk, asked: argparse.Namespace
) -> Minute:
    port, pid = int(process.url.rpartition(":")[2]), process.process.pid
    seconds, before = 60 - WARMUP_SECONDS, cpu_seconds(pid)
    disk.stalled()
    plain, streams = await asyncio.gather(
        asyncio.to_thread(load, folder, port, asked.plain, seconds, streamed=False),
        asyncio.to_thread(load, folder, port, asked.streams, seconds, streamed=True),
    )
    calls, spent = plain["ok"] + streams["ok"], cpu_seconds(pid) - before
    held = await process.rows("SELECT count(*) FROM hold WHERE state = 'open'")
    return Minute(
        no, calls, plain["bad"] + streams["bad"],
        plain["p50"], plain["p99"], streams["p50"], streams["p99"],
        spent * 1000 / max(1, calls), rss_mib(pid), open_files(pid), int(held[0][0]),
        disk.stalled(), plain["firstbad"] or streams["firstbad"],
    )  # fmt: skip


def line(m: Minute) -> str:
    return (
        f"{m.no:6} {m.calls:7,} {m.bad:4} {m.p50:7.2f} {m.p99:7.2f} {m.stream_p50:7.2f}"
        f" {m.stream_p99:7.2f} {m.cpu_ms:7.3f} {m.rss_mib:8.1f} {m.files:6} {m.open_holds:6}"
        f" {m.disk_stalled:7.2f}" + (f"\n       {m.first_bad}" if m.first_bad else "")
    )


def slope(values: list[float]) -> float:
    """Return by how much a line through these minutes rises in ten of them."""
    if len(values) < 2:
        return 0.0
    line = statistics.linear_regression(list(range(len(values))), values)
    return line.slope * 10


def growth(values: list[float]) -> tuple[float, float]:
    """Return the medians of the first and of the last third."""
    third = max(1, len(values) // 3)
    return statistics.median(values[:third]), statistics.median(values[-third:])


def most_idle(minutes: list[Minute]) -> int:
    return min(m.files for m in minutes)


def calm(minutes: list[Minute]) -> list[Minute]:
    return [m for m in minutes if m.disk_stalled <= MOST_STALLED_SECONDS]


def flat(values: list[float], of: int) -> tuple[bool, str]:
    """Judge p99 by the calm ones `of` so many minutes; too few of them prove nothing."""
    if len(values) * 2 < of:
        return False, f"only {len(values)} of {of} minutes had a calm disk"
    first, last = growth(values)
    good = last <= max(first * MOST_P99_RATIO, first + MOST_P99_GROWTH_MS)
    left = (
        f"; left out for the disk: {of - len(values)} of {of} minutes" if of > len(values) else ""
    )
    return good, f"{first:.2f} ms, then {last:.2f} ms{left}"


def verdict(minutes: list[Minute], audited: list[str]) -> dict[str, tuple[bool, str]]:
    rising = slope([m.rss_mib for m in minutes[len(minutes) // 2 :]])
    judged = calm(minutes)
    third = max(1, len(minutes) // 3)
    bad, held = sum(m.bad for m in minutes), minutes[-1].open_holds
    files = most_idle(minutes[-third:]) - most_idle(minutes[:third])
    cpu = growth([m.cpu_ms for m in minutes])
    return {
        "CPU for a call flat": (
            cpu[1] <= cpu[0] * MOST_CPU_RATIO, "{:.3f} ms, then {:.3f} ms".format(*cpu),
        ),
        "RSS flat": (rising < MOST_RSS_SLOPE, f"{rising:+.2f} MiB in ten minutes"),
        "p99 flat": flat([m.p99 for m in judged], len(minutes)),
        "p99 of streams flat": flat([m.stream_p99 for m in judged], len(minutes)),
        "open files flat": (files < MOST_MORE_FILES, f"{files:+}"),
        "no bad answer": (bad == 0, f"{bad} of {sum(m.calls for m in minutes):,}"),
        "no open hold": (held == 0, str(held)),
        "audit clean": (not audited, "; ".join(audited[:3]) or "no finding"),
    }  # fmt: skip


async def soak(
    url: str, folder: Path, asked: argparse.Namespace
) -> tuple[list[Minute], list[str]]:
    minutes: list[Minute] = []
    async with serve_process(url, folder) as [process]:
        await asyncio.to_thread(pin, process.process.pid)
        people = [await process.member(f"soak{n}", 1_000_000_000) for n in range(KEYS)]
        (folder / "keys").write_text("\n".join(who.key for who in people) + "\n")
        print(HEAD)
        with watching(folder) as disk:
            for no in range(1, asked.minutes + 1):
                minutes.append(await minute(no, folder, process, disk, asked))
                print(line(minutes[-1]), flush=True)
        report = await process.command("audit", "--json")
    return minutes, [str(finding) for finding in report["findings"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--plain", type=float, default=100, help="plain calls a second")
    parser.add_argument("--streams", type=float, default=20, help="streams a second")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tokenpool-soak-") as name:
        folder = Path(name)
        build(folder)
        with mock(folder) as port:
            (folder / "tokenpool.toml").write_text(TOML.format(base=f"http://127.0.0.1:{port}/v1"))
            url = f"sqlite:///{folder}/soak.db"
            url = url if asked.database == "sqlite" else postgres_url(folder)
            minutes, audited = asyncio.run(soak(url, folder, asked))
    found = verdict(minutes, audited)
    print()
    for what, (good, told) in found.items():
        print(f"{what:22} {'ok' if good else 'FAILED':7} {told}")
    rows = {"minutes": [asdict(m) for m in minutes], "verdict": found}
    Path("soak.json").write_text(json.dumps(rows, indent=1))
    sys.exit(not all(good for good, _ in found.values()))


if __name__ == "__main__":
    main()
