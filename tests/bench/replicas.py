"""One process and four on one PostgreSQL, in turns within one run: what sharing costs.

    PYTHONPATH=tests python tests/bench/replicas.py [--rounds 3] [--seconds 4]

One process gets 64 connections, then 16; each of four gets 16. All of TokenPool is on the first
core either way, so the rate says little; processor time for a call is what must not grow. A
process commits what waits as one batch, and batches are small where there are few connections: so
the four are judged beside one with as many connections as each of them has.
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
EACH = max(CONNECTIONS) // PROCESSES
MOST_CPU_RATIO = 1.15
"""From the design's budget: processor time for a call, of four processes over that of one."""


Seen = tuple[float, float, int]


def together(folder: Path, lanes: list[Lane], connections: int, seconds: float) -> Seen:
    """Load these processes, with so many connections each.

    Return calls a second, CPU ms for a call, and what failed.
    """

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
        await asyncio.to_thread(together, folder, [alone, *four], EACH, 2)  # opens what is needed
        loads = [([alone], EACH * PROCESSES), ([alone], EACH), (four, EACH)]
        seen: list[list[Seen]] = [[] for _ in loads]
        for _ in range(asked.rounds):
            for number, (lanes, connections) in enumerate(loads):
                found = await asyncio.to_thread(
                    together, folder, lanes, connections, asked.seconds
                )
                seen[number].append(found)
        report = await running[0].command("audit", "--json")
        assert report["findings"] == [], report["findings"]
    costs: list[float] = []
    for (lanes, connections), rounds in zip(loads, seen, strict=True):
        rate, cpu_ms = (statistics.median(r[i] for r in rounds) for i in (0, 1))
        failed = sum(r[2] for r in rounds)
        costs.append(cpu_ms)
        print(
            f"{len(lanes)} with {connections} connections each: {rate:7,.0f} calls/s,"
            f" {cpu_ms:.3f} ms a call, {failed} failed"
        )
    print(f"four beside one with all their connections: {costs[2] / costs[0]:.2f}")
    return costs[2] / costs[1]


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
        f"four beside one with as many connections as each: {ratio:.2f}"
        f" (at most {MOST_CPU_RATIO}): {good}"
    )


if __name__ == "__main__":
    main()
