"""Every CRM entity, defined once. One family per module; no SQL, no screens, no files may enter."""
