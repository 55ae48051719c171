"""The only room that speaks to devices."""
