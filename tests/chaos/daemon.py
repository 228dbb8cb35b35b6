"""The daemon as `run` starts it, but by a clock that all its lives share, and in a hurry.

python -m tests.chaos.daemon SETTINGS START_ISO START_EPOCH
"""

import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from config.settings import load
from console.doors import addresses, open_doors
from demo.stage import SECRETS
from pipeline.daemon import Daemon
from pipeline.kit import Kit
from pipeline.logs import set_up
from pipeline.steps import STEPS
from storage.store import Store


def main(file: str, start: str, epoch: str) -> None:
    set_up()
    began = datetime.fromisoformat(start)

    def clock() -> datetime:
        return began + timedelta(seconds=time.time() - float(epoch))

    settings = load(Path(file), SECRETS, clock)
    kit = Kit(settings, Store(settings.storage.url), addresses(settings))
    quick = dict.fromkeys(STEPS, 0.3)
    daemon = Daemon(kit, clock, tick=quick, lease_for=timedelta(seconds=1.5))
    daemon.run(open_doors(settings, kit.store, clock))
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
