"""What people see: templates, static files and words in Swedish and English, under a strict content policy."""
