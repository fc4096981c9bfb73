"""Turn texts into vectors, offline or through a server, through one contract, ``Embedder``."""
