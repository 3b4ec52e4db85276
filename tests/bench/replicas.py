"""One process and four on one PostgreSQL, in turns within one run: what sharing costs.

    PYTHONPATH=tests python tests/bench/replicas.py [--rounds 3] [--seconds 4]

The same 64 connections go to one process, or 16 to each of four. All of TokenPool is on the first
core either way, so the rate says little; processor time for a call is what must not grow.
"""

import argparse
import asyncio
import statistics
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.run import CONNECTIONS, Figure, Lane, build, load, mock, pin, postgres_url
from flow.processes import Process, serve_process
from flow.serving import TOML

PROCESSES = 4
MOST_CPU_RATIO = 1.15
"""From the design's budget: processor time for a call, of four processes over that of one."""


def together(folder: Path, lanes: list[Lane], seconds: float) -> tuple[float, float, int]:
    """Load these processes at once; return calls a second, CPU ms for a call, and what failed."""
    connections = max(CONNECTIONS) // len(lanes)

    def one(lane: Lane) -> Figure:
        return load(folder, lane, connections, seconds, streamed=False)

    with ThreadPoolExecutor(len(lanes)) as pool:
        found = list(pool.map(one, lanes))
    rate = sum(f.per_second for f in found)
    cpu_ms = sum(f.cpu_ms * f.per_second for f in found) / rate
    return rate, cpu_ms, sum(f.failed for f in found)


def lane(process: Process, key: str) -> Lane:
    port = int(process.url.rpartition(":")[2])
    return Lane("tokenpool", port, key, process.process.pid)


async def compare(url: str, folder: Path, asked: argparse.Namespace) -> float:
    """Print both, and return the ratio of processor time for a call."""
    async with serve_process(url, folder, 1 + PROCESSES) as running:
        for process in running:
            await asyncio.to_thread(pin, process.process.pid)
        caller = await running[0].member("bench", 1_000_000_000)
        alone, *four = [lane(process, caller.key) for process in running]
        await asyncio.to_thread(together, folder, [alone, *four], 2)  # each opens what it needs
        seen: dict[int, list[tuple[float, float, int]]] = {1: [], PROCESSES: []}
        for _ in range(asked.rounds):
            for lanes in ([alone], four):
                found = await asyncio.to_thread(together, folder, lanes, asked.seconds)
                seen[len(lanes)].append(found)
        report = await running[0].command("audit", "--json")
        assert report["findings"] == [], report["findings"]
    for number, rounds in seen.items():
        rate, cpu_ms = (statistics.median(r[i] for r in rounds) for i in (0, 1))
        failed = sum(r[2] for r in rounds)
        print(f"processes {number}: {rate:7,.0f} calls/s, {cpu_ms:.3f} ms a call, {failed} failed")
    one, more = (statistics.median(r[1] for r in rounds) for rounds in seen.values())
    return more / one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tokenpool-bench-") as name:
        folder = Path(name)
        build(folder)
        with mock(folder) as port:
            (folder / "tokenpool.toml").write_text(TOML.format(base=f"http://127.0.0.1:{port}/v1"))
            ratio = asyncio.run(compare(postgres_url(folder), folder, asked))
    good = "ok" if ratio <= MOST_CPU_RATIO else "MISSED"
    print(
        f"processor time for a call, four over one: {ratio:.2f} (at most {MOST_CPU_RATIO}): {good}"
    )


if __name__ == "__main__":
    main()
