"""The embedded model family and its server: reads what it is given, fails as real models do.

::

    async with running(seed=7) as base_url:              # shared.simulator.server
        client = AsyncOpenAI(base_url=base_url, api_key="any")
        flaky = AsyncOpenAI(base_url=drill_url(base_url, {"error_500": 0.2}), api_key="any")

A call passes through ``dialects`` (a body becomes ``Call``s), ``respond`` (each becomes a ``Plan``,
by ``reader``, ``dice``, ``drills``, ``latency`` and ``logprobs``) and back through its dialect;
``answer`` and ``pacing`` join the two on the server.
"""
