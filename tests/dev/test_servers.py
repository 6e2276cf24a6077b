import os


def test_runs_never_use_a_persons_own_servers():
    assert "127.0.0.1" in os.environ["DATABASE_URL"]
