"""Every error this repository raises on purpose.

::

    CapstoneError                 what happened, and what to do next
    ├── ConfigurationError        a setting is missing or cannot be used
    ├── ModelError                a model could not answer
    │   ├── ModelUnavailableError   unreachable, overloaded or failing: trying again may help
    │   │   ├── RateLimitedError    told to slow down; carries how long to wait
    │   │   └── DeadlineExceededError  no answer within the time allowed
    │   ├── ModelRejectedError      the request itself is wrong: trying again cannot help
    │   │   ├── AuthenticationFailedError  the key was not accepted
    │   │   └── ContextOverflowError     the prompt does not fit the model's context
    │   └── StreamCutError          a stream ended without a finish reason; carries what came
    ├── EmbeddingError            a text could not be embedded faithfully
    ├── DatabaseError             PostgreSQL is missing, too old or refused us
    └── WorldError                a world cannot be drawn as asked
"""


class CapstoneError(Exception):
    """What happened, in one sentence, and what to do next, in another."""

    def __init__(self, happened: str, *, advice: str = "") -> None:
        super().__init__(f"{happened} {advice}".strip())
        self.happened = happened
        self.advice = advice


class ConfigurationError(CapstoneError):
    """A setting is missing or cannot be used."""


class ModelError(CapstoneError):
    """A model could not answer."""


class ModelUnavailableError(ModelError):
    """The model is unreachable, overloaded or failing; trying again may help."""

    def __init__(
        self, happened: str, *, advice: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(happened, advice=advice)
        self.retry_after_s = retry_after_s


class RateLimitedError(ModelUnavailableError):
    """The model asked us to slow down; ``retry_after_s`` says for how long, if it told."""


class DeadlineExceededError(ModelUnavailableError):
    """No answer came within the time allowed."""


class ModelRejectedError(ModelError):
    """The request itself is wrong; trying again cannot help."""


class AuthenticationFailedError(ModelRejectedError):
    """The model's server did not accept our key."""


class ContextOverflowError(ModelRejectedError):
    """The prompt does not fit the model's context."""


class StreamCutError(ModelError):
    """A stream ended without a finish reason, so its text may be cut short.

    ``partial`` holds the text that came.
    """

    def __init__(self, happened: str, *, partial: str, advice: str = "") -> None:
        super().__init__(happened, advice=advice)
        self.partial = partial


class EmbeddingError(CapstoneError):
    """A text could not be embedded faithfully."""


class DatabaseError(CapstoneError):
    """PostgreSQL is missing, too old or refused us."""


class WorldError(CapstoneError):
    """A world cannot be drawn as asked."""
