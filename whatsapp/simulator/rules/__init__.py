"""What Meta refuses, and with which error. Read from Meta's documents alone, not from the product."""
