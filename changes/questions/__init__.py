"""The questions that an auditor asks: one small module a question, one table of them."""
