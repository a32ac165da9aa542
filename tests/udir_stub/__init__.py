"""The contract server: the invented example country through Udir's two interfaces and Statistics Norway's KLASS.

Written from what is known of the interfaces (their recorded answers and the description of them), never from the
clients that are tested against it: it imports nothing of the package but the example's files, and reads those anew.
"""

from tests.udir_stub.faults import Fault
from tests.udir_stub.server import StubServer

__all__ = ["Fault", "StubServer"]
