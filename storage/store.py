"""The only door to the database. One public method is one transaction; each raises StorageError.

What a step has to change together goes through one call (`save_reads`, `save_assessments`,
`add_ask`, `swap`, `forget`), so a crash at any moment repeats work and never skips it.
"""

from storage import schema
from storage.database import connect
from storage.forgotten import Forgetting, Left, Traces
from storage.heard import Heard, Read
from storage.operated import Operated
from storage.worked import Asking, Item, Reviewed, Telling

__all__ = ["Item", "Left", "Read", "Store", "Traces"]


class Store(Heard, Forgetting, Reviewed, Asking, Telling, Operated):
    def __init__(self, url: str) -> None:
        """Opens the database of that URL and brings its tables up to date, under a lock.

        Raises ConfigError for a wrong URL, StorageError for a database that cannot be used.
        """
        super().__init__(connect(url))
        try:
            schema.migrate(self._engine)
        except Exception:
            self.close()
            raise
