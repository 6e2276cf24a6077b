"""What the simulator remembers, one module a kind of thing: its rows, and the questions asked of them."""
