"""Standard changes, approved once for many uses, and changes of many devices from one template."""
