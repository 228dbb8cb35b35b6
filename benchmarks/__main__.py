"""`make bench`, or `make bench ARGS="NAME ..."` for some of them; "all" for all.

Exits with 1 where a bound of ours is broken.
"""

import importlib
import sys

NAMES = ("startup", "end_to_end", "memory", "classifier", "alike", "feeds")
_SLOW = ("memory",)


def main(names: list[str]) -> int:
    chosen = NAMES if not names or names == ["all"] else tuple(names)
    if unknown := [name for name in chosen if name not in NAMES]:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}\n")
        return 2
    broken = []
    for name in chosen:
        print(f"== {name}", flush=True)
        module = importlib.import_module(f"benchmarks.bench_{name}")
        broken += module.run()
    print(*(f"BROKEN: {line}" for line in broken), sep="\n" if broken else "")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
