"""The editor of templates: what its form holds, what Meta takes of it, and what is told of it."""
