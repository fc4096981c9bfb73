from pathlib import Path

from shared.simulator import server
from shared.simulator.drills import DRILLS
from shared.simulator.scenario import read_scenario

README = (Path(server.__file__).parent / "README.md").read_text(encoding="utf-8")


def test_the_table_of_drills_is_the_drills() -> None:
    rows = [line.split(" | ") for line in README.splitlines() if line.count(" | ") == 2]

    listed = {name.strip("`"): text.removesuffix(" |") for _, name, text in rows if "`" in name}

    assert listed == dict(DRILLS)


def test_the_scenario_shown_can_be_run(tmp_path: Path) -> None:
    shown = README.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "shown.toml").write_text(shown, encoding="utf-8")

    scenario = read_scenario(tmp_path / "shown.toml")

    assert scenario.drill_at(45)["overloaded_529"] == 0.9
    assert "overloaded_529" not in scenario.drill_at(61)
