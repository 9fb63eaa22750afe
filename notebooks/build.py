"""Makes the executed notebooks from their sources, or checks that what is committed is what they give.

python notebooks/build.py           every notebook: source, executed, written beside it
python notebooks/build.py --check   executed again and compared: text, HTML tables and records; exit 1 if they differ
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
import time
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
SOURCES = sorted(HERE.glob("[0-9]_*.py"))
SHOWN = ("text/plain", "text/html", "application/vnd.costmodel+json")
_SECONDS = 300  # for one notebook; each is meant to take less than 30


def executed(source: Path) -> Any:
    """A notebook run from its source: stable ids, no timing, no machine in it."""
    notebook = jupytext.read(source)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{source.stem[:20]}-{number}"
    NotebookClient(
        notebook, timeout=_SECONDS, kernel_name="python3", record_timing=False, resources={"metadata": {"path": HERE}}
    ).execute()
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return nbformat.from_dict(notebook)


def lines(notebook: Any) -> list[str]:
    """What is compared: every cell and what it shows, without pictures, whose bytes hang on the fonts of a machine."""
    found: list[str] = []
    for number, cell in enumerate(notebook.cells, 1):
        found += [f"── cell {number}", *cell.source.splitlines()]
        for output in cell.get("outputs", ()):
            found += _output_lines(output)
    return found


def _output_lines(output: Any) -> list[str]:
    if output.output_type == "stream":
        return str(output.text).splitlines()
    if output.output_type == "error":
        return [f"{output.ename}: {output.evalue}"]
    data = output.get("data", {})
    if "image/png" in data:
        return ["(a picture)"]
    text = "\n".join(_text(data[kind]) for kind in SHOWN if kind in data)
    plain = re.sub(r' style="[^"]*"|(?<=costmodel-)[0-9a-f]{12}', "", text)  # an id follows from the content below it
    return re.sub(r"(</t[dr]>)", r"\1\n", plain).splitlines()


def _text(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def check(source: Path, notebook: Any) -> list[str]:
    """What differs between a notebook as committed and as run now, in words."""
    target = source.with_suffix(".ipynb")
    if not target.exists():
        return [f"{target.name} is missing: run make notebooks"]
    committed = lines(nbformat.read(target, as_version=4))
    return list(
        difflib.unified_diff(committed, lines(notebook), f"{target.name} as committed", "as run now", "", "", 1, "")
    )


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with what is committed, and write nothing")
    parser.add_argument("names", nargs="*", help="only these, such as 1 or 1_provider_comparison")
    asked = parser.parse_args()
    differs = False
    for source in [
        item for item in SOURCES if not asked.names or item.stem in asked.names or item.name[0] in asked.names
    ]:
        start = time.monotonic()
        notebook = executed(source)
        if asked.check:
            found = check(source, notebook)
            differs |= bool(found)
            print("\n".join(found) or f"{source.stem}: as committed", f"({time.monotonic() - start:.0f} s)")
        else:
            nbformat.write(notebook, source.with_suffix(".ipynb"))
            print(f"{source.stem}: written ({time.monotonic() - start:.0f} s)")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
