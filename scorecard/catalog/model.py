"""What a project says about itself.

``projects/p07_advanced_rag/project.toml`` holds, and nothing else is allowed::

    number = 7                          # 1 to 99; the folder is p07_…
    slug = "p07_advanced_rag"           # the folder's name
    title = "Advanced RAG"
    pillar = "Models"                   # Models, Systems or Production
    skill = "Finds the passages that answer a question and cites them."   # one sentence
    prerequisites = ["p02"]             # projects to have done before; [] for none
    hours = 12                          # a learner's estimate

    [[tasks]]                           # one or more, ids 1, 2, 3 …
    id = 1
    function = "chunking.chunk"         # module.function or module.Class, inside the project
    title = "Cut documents into chunks"
    hints = ["A nudge.", "A plan.", "Nearly the answer."]      # at least one

    [limits]                            # optional; these are the defaults
    memory_mb = 3072                    # data the project's process may hold
    tests_s = 120                       # seconds all of its tests may take
    file_mb = 512                       # the largest file it may write
    suppressions = 3                    # `type: ignore` and `noqa` comments in its code
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from shared.llm.messages import Frozen

Sentence = Annotated[str, StringConstraints(min_length=3, strip_whitespace=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^p\d{2}_[a-z][a-z0-9_]*$")]
DottedName = Annotated[str, StringConstraints(pattern=r"^[a-z_]\w*(\.[A-Za-z_]\w*)+$")]


class Pillar(StrEnum):
    """What the profession stands on."""

    MODELS = "Models"
    SYSTEMS = "Systems"
    PRODUCTION = "Production"


class Task(Frozen):
    """One function or class that the learner writes."""

    id: int = Field(ge=1)
    function: DottedName
    title: Sentence
    hints: tuple[Sentence, ...] = Field(min_length=1)


class Limits(Frozen):
    """What a project's processes may use."""

    memory_mb: int = Field(default=3072, ge=64)
    tests_s: float = Field(default=120, gt=0)
    file_mb: int = Field(default=512, ge=1)
    suppressions: int = Field(default=3, ge=0)


class Project(Frozen):
    """One folder of the curriculum: one skill."""

    number: int = Field(ge=1, le=99)
    slug: Slug
    title: Sentence
    pillar: Pillar
    skill: Sentence
    prerequisites: tuple[Annotated[str, StringConstraints(pattern=r"^p\d{2}$")], ...] = ()
    hours: float = Field(gt=0)
    tasks: tuple[Task, ...] = Field(min_length=1)
    limits: Limits = Limits()

    @property
    def id(self) -> str:
        """The short name people type: ``p07``."""
        return self.slug[:3]

    @model_validator(mode="after")
    def _numbers_agree(self) -> "Project":
        if int(self.slug[1:3]) != self.number:
            raise ValueError(f"number is {self.number}, but slug says {self.slug[:3]}")
        if [task.id for task in self.tasks] != list(range(1, len(self.tasks) + 1)):
            raise ValueError("task ids must count 1, 2, 3 …, in order")
        return self
