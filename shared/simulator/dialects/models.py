"""The list of models, with what each costs and can do."""

from typing import Any, Final

from shared.simulator.cards import accuracies
from shared.simulator.dialects.errors import ApiError
from shared.simulator.profiles import Profile
from shared.simulator.state import State

CREATED: Final = 1_767_225_600
CREATED_AT: Final = "2026-01-01T00:00:00Z"


def _shown(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.name,
        "object": "model",
        "created": CREATED,
        "owned_by": "simulator",
        "type": "model",
        "display_name": f"{profile.name} ({profile.title})",
        "created_at": CREATED_AT,
        "title": profile.title,
        "context_window": profile.context_tokens,
        "max_output_tokens": profile.max_output_tokens,
        "simulated_usd_per_million_tokens": {
            "input": str(profile.input_price),
            "cached_input": str(profile.cached_price),
            "output": str(profile.output_price),
        },
        "simulated_accuracy": accuracies(profile),
    }


def list_models(state: State) -> dict[str, Any]:
    """List the models, in a form that OpenAI's and Anthropic's clients both read."""
    data = [_shown(profile) for profile in state.profiles.values()]
    names = list(state.profiles)
    ends = {"has_more": False, "first_id": names[0], "last_id": names[-1]}
    return {"object": "list", "data": data, **ends}


def show_model(state: State, name: str) -> dict[str, Any]:
    """Show one model; raises ``ApiError`` 404."""
    profile = state.profiles.get(name)
    if profile is None:
        raise ApiError(404, f"The model '{name}' does not exist.", code="model_not_found")
    return _shown(profile)
