"""Listens and rechecks by a clock of its own that runs fast, until it is killed.

python -m tests.chaos.hearer SETTINGS START_ISO EPOCH SPEED
"""

import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from config.settings import load
from console.doors import addresses
from demo.stage import SECRETS
from pipeline.kit import Kit
from pipeline.logs import set_up
from pipeline.steps import attempt
from storage.store import Store


def main(file: str, start: str, epoch: str, speed: str) -> None:
    set_up()
    began = datetime.fromisoformat(start)

    def clock() -> datetime:
        return began + timedelta(seconds=(time.time() - float(epoch)) * float(speed))

    settings = load(Path(file), SECRETS, clock)
    kit = Kit(settings, Store(settings.storage.url), addresses(settings), patience=0.5)
    while os.getppid() != 1:  # whoever started it is gone
        for step in ("listen", "sweep"):
            attempt(step, kit, clock())
        time.sleep(0.02)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
