"""Advanced RAG: find the passages that answer a question, and trace the answer to them."""
