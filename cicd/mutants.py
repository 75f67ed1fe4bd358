"""Says how many mutants the tests caught, and which are left.

Each folder is one of ./cicd.sh mutants: `own` holds what came of the crate's own tests, `scenarios` what came of the
survivors there. A mutant that does not compile counts nowhere. One that runs into the time limit is caught: the test
that never ends fails in CI.
"""

import argparse
import pathlib
import re
import sys


def lines(path):
    return set(path.read_text().splitlines()) if path.exists() else set()


class Folder:
    def __init__(self, path):
        self.name = path.name
        self.crate = re.sub(r"-\d+-of-\d+$", "", path.name)
        own = path / "own" / "mutants.out"
        # What an earlier run of the same folder caught or could not compile stands together in one list.
        earlier = lines(own / "previously_caught.txt")
        unviable = lines(own / "unviable.txt") | lines(path / "unviable.txt") | lines(path / "own/mutants.out.old/unviable.txt")
        (path / "unviable.txt").write_text("".join(f"{name}\n" for name in sorted(unviable)))
        self.caught = (earlier | lines(own / "caught.txt") | lines(own / "timeout.txt")) - unviable
        self.missed = lines(own / "missed.txt") - self.caught
        self.late = self.missed & (lines(path / "scenarios/mutants.out/caught.txt") | lines(path / "scenarios/mutants.out/timeout.txt"))

    @property
    def left(self):
        return sorted(self.missed - self.late)

    @property
    def all(self):
        return len(self.caught | self.missed)

    @property
    def share(self):
        return 100 * len(self.caught) / self.all if self.all else 0.0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fewest", type=float, required=True, help="percent, for a deciding crate")
    parser.add_argument("--deciding", nargs="+", required=True)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    folders = [Folder(path) for path in arguments.folders]
    for folder in folders:
        print(
            f"{folder.name}: {len(folder.caught)} of {folder.all} mutants caught by its own tests ({folder.share:.1f} %), "
            f"{len(folder.late)} more by the scenarios, {len(folder.left)} left"
        )
        for name in folder.left:
            print(f"  left: {name}")
    short = [f.name for f in folders if f.crate in arguments.deciding and f.share < arguments.fewest]
    if short:
        sys.exit(f"error: below {arguments.fewest:.0f} %: {', '.join(short)}")


if __name__ == "__main__":
    main()
