"""What the container level tells its engine, and that messages arrive.

The stand-in records its arguments and runs the command without any walls. Where a real engine
answers, ``test_sandbox`` tries its walls.
"""

import io
import json
import sys
import tarfile
from pathlib import Path

import anyio
import pytest

from scorecard.evals.judge import worker_for
from scorecard.evals.order import Order
from scorecard.place import Place
from scorecard.sandbox.confine import choose_sandbox
from scorecard.sandbox.container import CHANNEL, IMAGE, Container, find_engine, frame
from scorecard.sandbox.view import View
from scorecard.toys import doubling, running, write_project
from shared.errors import ConfigurationError

pytestmark = pytest.mark.anyio
MARK = "scorecard-orphan-of-a-container"
ENGINE = f"""#!{sys.executable}
import json, os, sys
if sys.argv[1] == "info":
    sys.exit(int(os.path.exists(__file__ + ".broken")))
if sys.argv[1] == "image":
    sys.exit(0)
with open(__file__ + ".json", "w") as file:
    json.dump(sys.argv[1:], file)
words = sys.argv[1:]
at = next(n for n, word in enumerate(words) if word == "{IMAGE}")
channel = next(word.split(":")[0] for word in words if word.endswith(":{CHANNEL}:rw"))
with open(channel + "/environment") as lines:
    given = dict(line.rstrip("\\n").split("=", 1) for line in lines)
command = [word.replace("{CHANNEL}/", channel + "/") for word in words[at + 1 :]]
os.execvpe(command[0], command, given)
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bin").mkdir()
    file = tmp_path / "bin" / "stand-in"
    file.write_text(ENGINE)
    file.chmod(0o755)
    monkeypatch.setattr("scorecard.sandbox.container.ENGINES", (file.name,))
    monkeypatch.setenv("PATH", f"{file.parent}:/usr/bin:/bin")
    return file


def test_walls_are_named_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    view = View(readable=(tmp_path,), hidden=(tmp_path / "secret",), scratch_mb=9, memory_mb=100)

    line = " ".join(Container("docker").command(("true",), view, tmp_path / "channel"))

    assert line.startswith(
        "docker run --rm --interactive --network none --read-only --cap-drop ALL"
    )
    assert "--security-opt no-new-privileges --pids-limit 512" in line
    assert "--tmpfs /tmp:rw,size=9m,mode=1777" in line
    assert "--memory 200m" in line
    assert f"--volume {tmp_path}:{tmp_path}:ro" in line
    assert f"--volume {tmp_path}/channel/nothing:{tmp_path}/secret:ro" in line
    assert line.endswith("--while-input -- true")


def test_an_engine_that_does_not_answer_is_not_chosen(engine: Path) -> None:
    assert find_engine() == str(engine)

    engine.with_name("stand-in.broken").touch()

    assert find_engine() == ""
    with pytest.raises(ConfigurationError, match="No container engine"):
        choose_sandbox("container")


def test_the_image_is_a_frame_made_here() -> None:
    with tarfile.open(fileobj=io.BytesIO(frame())) as archive:
        made = {member.name: member for member in archive}

    assert made["usr"].isdir()
    assert made["bin"].linkname == "usr/bin"
    assert not any(member.isfile() for member in made.values())


async def test_messages_travel_through_the_channel(engine: Path, tmp_path: Path) -> None:
    outcome = await _call(tmp_path, doubling("    return 2 * number"))

    told = json.loads(engine.with_name("stand-in.json").read_text())
    assert outcome["returned"] == 42
    assert told[:4] == ["run", "--rm", "--interactive", "--network"]


async def test_nothing_outlives_whoever_started_the_engine(engine: Path, tmp_path: Path) -> None:
    sleeps = f"""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", {MARK!r}])
    return 2 * number
"""
    await _call(tmp_path, doubling(sleeps))

    with anyio.move_on_after(20):
        while running(MARK):  # noqa: ASYNC110 (nobody tells when a process is gone)
            await anyio.sleep(0.05)
    assert json.loads(engine.with_name("stand-in.json").read_text())
    assert running(MARK) == []


async def _call(tmp_path: Path, body: str) -> dict[str, object]:
    root, scratch = tmp_path / "tree", tmp_path / "scratch"
    write_project(root, doubling=body)
    scratch.mkdir()
    place = Place(root, root / ".capstone")
    order = Order(
        project="p01_toy",
        criteria=root / "projects" / "p01_toy" / "criteria.py",
        paths=place.paths,
        seed=7,
        model="sim-smart",
        home=place.home,
        sandbox="container",
    )
    async with worker_for(order, scratch) as worker:
        return await worker.call("doubling.double", {"number": 21})
