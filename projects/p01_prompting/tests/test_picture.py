"""An ablation is shown as a table and a chart."""

from decimal import Decimal

from projects.p01_prompting.ablation import Row
from projects.p01_prompting.given.picture import chart, tables
from projects.p01_prompting.given.strategies import StrategyName


def row(strategy: StrategyName, right: str, usd: str = "1", *, live: bool = False) -> Row:
    marks = tuple(mark == "1" for mark in right)
    return Row(model="m", strategy=strategy, right=marks, usd=Decimal(usd), live=live)


def test_the_chart_names_every_strategy_and_its_axis() -> None:
    rows = [row("zero_shot", "01" * 20, "0.1"), row("react", "0111" * 10, "0.4")]

    drawn = chart(rows).plain

    assert "z" in drawn
    assert "f" in drawn
    assert "USD" in drawn


def test_simulated_and_live_get_tables_of_their_own() -> None:
    rows = [row("zero_shot", "01"), row("zero_shot", "01", live=True)]

    assert len(list(tables(rows))) == 2


def test_a_model_without_prices_is_drawn_by_its_tokens() -> None:
    rows = [row("zero_shot", "01").model_copy(update={"usd": None})]

    assert "tokens" in chart(rows).plain
