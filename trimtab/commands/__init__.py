"""One module a noun of the command line; each builds a Context and calls one function."""
