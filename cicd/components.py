"""Makes a function's list of components exact: `components.py <directory> <CycloneDX file>`.

Standard input holds what `cargo tree` says is linked into the function. Components that are not among
it are dropped, one that is missing is an error. The directory is cut out of every reference, so that
the list is the same wherever it is made.
"""

import json
import sys


def main(directory, path):
    linked = {tuple(line.split()[:2]) for line in sys.stdin if line.strip()}
    with open(path, encoding="utf-8") as file:
        bom = json.loads(file.read().replace(f"file://{directory}/", "file:///"))
    function = identity(bom["metadata"]["component"])
    bom["components"] = [part for part in bom["components"] if identity(part) in linked]
    missing = linked - {function} - {identity(part) for part in bom["components"]}
    if missing:
        sys.exit(f"error: {path} does not name {sorted(missing)}")
    keep_references(bom)
    # A random number would make each list a different file.
    bom.pop("serialNumber", None)
    json.dump(bom, sys.stdout, indent=2)
    print()


def identity(component):
    return component["name"], f"v{component['version']}"


def keep_references(bom):
    kept = {part["bom-ref"] for part in [bom["metadata"]["component"], *bom["components"]]}
    bom["dependencies"] = [entry for entry in bom["dependencies"] if entry["ref"] in kept]
    for entry in bom["dependencies"]:
        entry["dependsOn"] = [ref for ref in entry.get("dependsOn", []) if ref in kept]


main(*sys.argv[1:])
