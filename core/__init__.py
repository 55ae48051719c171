"""What every room stands on: settings, database, audit records, context, errors."""
