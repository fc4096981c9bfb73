"""Talk to any language model through one contract, ``ChatModel``."""
