"""OpenAI's client as its suites use it."""

import openai
from openai.types.chat import ChatCompletionMessageParam

from tests.conformance.target import Target


def asked(text: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": text}]


def client_of(target: Target, max_retries: int = 0) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=target.base_url, api_key=target.api_key, max_retries=max_retries, timeout=60
    )
