"""make chaos ARGS="hearing --posts 10000": one of them, with its options; or `all`. `kill` if none
is named."""

import sys

from tests.chaos import hearing, kill

_NAMES = {"kill": kill.main, "hearing": hearing.main}


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ""
    if name:
        del sys.argv[1]
    if name not in ("", "all", *_NAMES):
        sys.exit(f"chaos: {name!r} is none of {', '.join(_NAMES)}, all")
    failed = 0
    for one in _NAMES if name == "all" else [name or "kill"]:
        sys.stdout.write(f"{one}\n")
        try:
            _NAMES[one]()
        except SystemExit as ended:
            failed |= bool(ended.code)
    sys.exit(failed)


if __name__ == "__main__":
    main()
