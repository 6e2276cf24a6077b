"""What people type into the console's pages: one module a page."""
