"""The logins that Trimtab itself uses, replaced by changes."""
