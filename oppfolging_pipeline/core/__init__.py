"""What everything else stands on: errors, school years, rounding, files, YAML.

Belongs here: tools without any rule of the domain. Does not belong here: an import of any other part of the package.
"""
