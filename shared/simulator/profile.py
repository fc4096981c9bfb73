"""What a simulated model is: what it costs, how fast it is, and what it can do."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

Matching: TypeAlias = Literal["words", "stems", "synonyms"]
Control: TypeAlias = Literal["", "null", "oracle", "embedding"]

FEATURES = (
    "length",
    "depth",
    "tools",
    "distraction",
    "thin_evidence",
    "fields",
    "rivals",
    "buried",
)


@dataclass(frozen=True, slots=True)
class Curve:
    """How often a model slips: logistic in the measured features of the request.

    ``P(slip) = 1 / (1 + exp(-(bias + sum(weight * feature))))``, each feature in [0, 1]: ``length``
    prompt tokens over context; ``depth`` schema depth over the limit; ``tools`` tools offered over
    the limit; ``distraction`` share of the context that does not bear on the question;
    ``thin_evidence`` one less the evidence score; ``fields`` schema fields over forty; ``rivals``
    how close the best of the other sentences comes to the one that answers; ``buried`` the
    attention that this one lost to its place in a long context.
    """

    bias: float
    weights: Mapping[str, float] = field(default_factory=dict)

    def slip(self, features: Mapping[str, float]) -> float:
        """Give the probability of a slip."""
        if self.bias == -math.inf:
            return 0.0
        total = self.bias + sum(
            weight * min(1.0, max(0.0, features.get(name, 0.0)))
            for name, weight in self.weights.items()
        )
        return 1.0 / (1.0 + math.exp(-total))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a model can do before any dice are thrown.

    ``attention_tokens`` of context are read with full attention; in a longer one the middle counts
    for ``middle_weight`` only. ``candidates`` sentences are weighed for an answer, over ``hops``
    facts joined without and ``reasoned_hops`` with step-by-step reasoning. ``matching`` says how
    question and text are compared. ``vocabulary`` is the share of the lexicon and thesaurus that
    the model knows. ``tools`` are compared before choosing, and one is called that fits what is
    asked by ``tool_fit`` or more; were all its arguments made up, a tool would lose the share
    ``caution`` of its fit. Schemas are filled down to ``depth``; numbers of up to ``digits``
    digits are multiplied in the head. ``neighbours`` is how strongly examples in the prompt sway
    it. Below ``abstention`` evidence it says that it does not know, if
    told that it may, with the chance ``abstains``. ``correlation`` is the share of its slips that
    repeat in every sample of the same request.
    """

    attention_tokens: int
    middle_weight: float
    candidates: int
    hops: int
    reasoned_hops: int
    matching: Matching
    vocabulary: float
    tools: int
    depth: int
    digits: int
    abstains: float
    abstention: float
    correlation: float
    caution: float
    tool_fit: float = 0.34
    neighbours: float = 1.0


@dataclass(frozen=True, slots=True)
class Profile:
    """One simulated model.

    Prices are US dollars per million tokens. Times are seconds; the medians and 95th percentiles
    fix log-normal distributions. ``injection_susceptibility`` in [0, 1] is the chance of obeying
    instructions found in data that nothing sets apart; delimiters multiply it by
    ``delimited_factor``, a separate role (a tool's result) by ``role_factor``, a warning in the
    instructions by ``warned_factor``. ``analogue`` names
    the public model whose published figures the card leans on; it is no claim about that model.
    """

    name: str
    title: str
    context_tokens: int
    max_output_tokens: int
    input_price: Decimal
    output_price: Decimal
    cached_price: Decimal
    ttft_p50_s: float
    ttft_p95_s: float
    prefill_s_per_token: float
    tokens_per_s: float
    itl_sigma: float
    injection_susceptibility: float
    limits: Limits
    noise: Curve
    analogue: str = ""
    control: Control = ""
    reasons: bool = False
    delimited_factor: float = 0.4
    role_factor: float = 0.6
    warned_factor: float = 0.5
    dimensions: int = 0
