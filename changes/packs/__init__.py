"""Evidence packs: what an auditor takes home and checks without us. Changes nothing but the log."""
