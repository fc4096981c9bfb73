import pytest

from shared.llm.tests.wire import AnthropicDialect, Dialect, OpenAIDialect


@pytest.fixture(params=[OpenAIDialect(), AnthropicDialect()], ids=lambda dialect: dialect.name)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    chosen: Dialect = request.param
    return chosen
