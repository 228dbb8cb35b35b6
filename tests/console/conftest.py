import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.serving import serve
from storage.store import Store
from tests.console.house import Doorway, House


@pytest.fixture(scope="session")
def doorway() -> Iterator[Doorway]:
    """The real server, over a real socket, once for all tests of a run."""
    standing = Doorway()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        standing.base = f"http://127.0.0.1:{port}"
        server = serve(standing, "127.0.0.1", port)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        yield standing
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables made once; copied for each test, which is quicker than making them again."""
    file = tmp_path_factory.mktemp("console") / "new.db"
    Store(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def house(doorway: Doorway, new_database: Path, tmp_path: Path) -> Iterator[House]:
    file = tmp_path / "goodword.db"
    shutil.copy(new_database, file)
    store = Store(f"sqlite:///{file}")
    standing = House(store, doorway)
    standing.open()
    yield standing
    standing.close()
    store.close()
