"""Draw an ablation as a PNG; apart from the rest, since matplotlib is slow to import."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from projects.p01_prompting.ablation import Row
from projects.p01_prompting.given.picture import costs_of
from shared.errors import ConfigurationError


def save_png(rows: Sequence[Row], file: Path) -> None:
    """Draw accuracy against cost, a panel for each model.

    Raises ``ConfigurationError`` where the file cannot be written.
    """
    panels = [list(group) for _, group in groupby(rows, key=lambda row: (row.model, row.live))]
    # The object interface, which leaves global state alone.
    figure = Figure(figsize=(5 * len(panels), 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    for at, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(1, len(panels), at)
        costs, unit = costs_of(panel)
        for row, cost in zip(panel, costs, strict=True):
            low, high = row.interval
            errors = [[row.accuracy - low], [high - row.accuracy]]
            axes.errorbar(cost, row.accuracy, yerr=errors, fmt="o", capsize=3, label=row.strategy)
        axes.set(xlabel=unit, ylabel="accuracy", ylim=(0, 1), xlim=(0, None))
        axes.set_title(f"{panel[0].model} ({'LIVE' if panel[0].live else 'simulated'})")
        axes.legend(fontsize="small")
    try:
        figure.savefig(file, format="png", dpi=130, metadata={"Software": None})
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written ({error.strerror}).", advice="Choose another --png."
        ) from None
