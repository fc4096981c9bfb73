"""What a task costs on an engine: run by the interpreter that has Dask, or the one that has Ray."""

import json
import os
import sys
import time
from typing import Any

TASKS = 2000


def echo(text: str) -> str:
    """Do nothing, so that what is measured is the engine."""
    return text


def with_dask(workers: int) -> tuple[float, float]:
    """Return the seconds to start ``workers`` processes, and for all tasks."""
    from distributed import Client, LocalCluster  # noqa: PLC0415 (only one engine is installed)

    started = time.perf_counter()
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.submit(echo, "ready").result()
        ready = time.perf_counter()
        asked = [client.submit(echo, f"submission {i}", pure=False) for i in range(TASKS)]
        client.gather(asked)
        return ready - started, time.perf_counter() - ready


def with_ray(workers: int) -> tuple[float, float]:
    """Return the same for Ray."""
    import ray  # noqa: PLC0415 (same)

    started = time.perf_counter()
    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    task: Any = ray.remote(echo)
    ray.get(task.remote("ready"))
    ready = time.perf_counter()
    ray.get([task.remote(f"submission {i}") for i in range(TASKS)])
    ended = time.perf_counter()
    ray.shutdown()
    return ready - started, ended - ready


if __name__ == "__main__":
    engine = {"dask": with_dask, "ray": with_ray}[sys.argv[1]]
    start_s, tasks_s = engine(int(sys.argv[2]))
    os.write(1, json.dumps({"start_s": start_s, "tasks_s": tasks_s, "tasks": TASKS}).encode())
