"""Settings, read once at an entry point and handed down."""

from pathlib import Path
from typing import Literal

from pydantic import Field, HttpUrl, PostgresDsn, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import ConfigurationError


class Settings(BaseSettings):
    """Where the model and the database are; unset means the embedded ones.

    ``CAPSTONE_MODEL``, ``CAPSTONE_BASE_URL`` and ``CAPSTONE_API_KEY`` choose a live model behind
    any OpenAI-compatible endpoint, or Anthropic's with ``CAPSTONE_DIALECT=anthropic``.
    ``DATABASE_URL`` names a PostgreSQL of your own. ``CAPSTONE_HOME`` holds caches and the embedded
    server's data.
    """

    model_config = SettingsConfigDict(
        env_prefix="CAPSTONE_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    model: str = "sim-smart"
    base_url: HttpUrl | None = None
    api_key: SecretStr | None = None
    dialect: Literal["openai", "anthropic"] = "openai"
    database_url: PostgresDsn | None = Field(default=None, validation_alias="DATABASE_URL")
    home: Path = Path(".capstone")

    @property
    def simulated(self) -> bool:
        """Whether the embedded simulator answers."""
        return self.base_url is None and self.model.startswith("sim-")


def variable(field: str) -> str:
    """Name the environment variable behind a field."""
    return field if field.isupper() else f"CAPSTONE_{field.upper()}"


def read_settings() -> Settings:
    """Read the environment; raises ``ConfigurationError`` naming each variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{variable(str(item['loc'][0]))}: {item['msg']}"
            for item in error.errors(include_input=False)
        )
        raise ConfigurationError(
            f"The environment holds settings that cannot be used ({wrong}).",
            advice="Correct or unset them, then run the same command again.",
        ) from None
