"""What keeps every test on this machine. The folder stands on the path of every Python that a test starts."""

from pathlib import Path

GUARD = Path(__file__).parent
