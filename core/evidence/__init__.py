"""The Merkle log over audit records: sealed in batches, signed, anchored, provable offline."""
