"""Evidence packs: what is in them, that they are the same twice, that strangers can check them."""
