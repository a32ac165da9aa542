"""What everything else stands on and nothing of the domain's rules: errors, school years, rounding, files, YAML."""
