"""The program: command line, demo and doctor put the rooms together."""
