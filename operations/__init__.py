"""Events, problems, knowledge and notifications."""
