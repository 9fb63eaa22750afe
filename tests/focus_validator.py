"""Hold our FOCUS rows against the FinOps Foundation's own validator: `python tests/focus_validator.py`.

An optional check: the validator needs Python 3.12 and older libraries than ours. It is set up once, in an environment
of its own under `build/`, and takes a minute or two. Its exit code says nothing, so its report is read here; and it is
given spoilt rows first, which it must refuse. One rule contradicts another: InvoiceId must be null where there is no
invoice, and must not be null where there is one; the validator asks both of every row, so one of them always fails.

Exit code: 0 nothing but that was found, 1 something was, 2 the validator could not be run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import costmodel as cm
from costmodel.files import write_whole
from costmodel.results.focus.files import csv_text, parquet_bytes
from costmodel.results.focus.rows import Focus
from costmodel.shipped import shipped_folder
from costmodel.study.metered import metered
from costmodel.study.usage_log import UsageLog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from costmodel.results.focus.row import Row

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "results"))

VALIDATOR = ("focus-validator==2.2.1", "pyarrow<22")
CONTRADICTION = "InvoiceId-C-005-C"
# What holds for our rows; without being told, the validator leaves out every rule that depends on it.
CRITERIA = (
    "MULTIPLE_PRICING_CATEGORIES_SUPPORTED",
    "NEGOTIATED_PRICING_SUPPORTED",
    "PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED",
    "PUBLIC_PRICE_LIST_SUPPORTED",
    "REGION_SUPPORTED",
    "TAGGING_SUPPORTED",
    "UNIT_PRICING_SUPPORTED",
    "USAGE_MEASUREMENT_SUPPORTED",
)


def say(text: str) -> None:
    """Tell on the screen at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def python() -> str | None:
    """A Python 3.12: the one that FOCUS_PYTHON names, on the path, or under pyenv."""
    own = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv").glob("versions/3.12.*/bin/python")
    for name in (os.environ.get("FOCUS_PYTHON"), shutil.which("python3.12"), *sorted(map(str, own))):
        if name and _version(name) == "3.12":
            return name
    return None


def _version(interpreter: str) -> str:
    asked = [interpreter, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def validator(interpreter: str) -> Path:
    """The validator's environment, set up once."""
    place = ROOT / "build" / "focus-validator"
    if not (place / "bin" / "focus-validator").exists():
        subprocess.run([interpreter, "-m", "venv", "--clear", place], check=True)
        subprocess.run([place / "bin" / "python", "-m", "pip", "install", "--quiet", *VALIDATOR], check=True)
    return place


def failures(place: Path, file: Path, criteria: Iterable[str]) -> set[str]:
    """The rules that the validator says are broken.

    Raises:
        RuntimeError: it wrote no report.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        told = ["--applicability-criteria", ",".join(criteria)] if criteria else []
        command = [place / "bin" / "focus-validator", "--data-file", file, "--validate-version", "1.2"]
        command += ["--focus-dataset", "CostAndUsage", "--block-download", *told]
        command += ["--output-type", "unittest", "--output-destination", report]
        (packages,) = place.glob("lib/python3.12/site-packages")  # it finds its rules beside itself, from there alone
        run = subprocess.run(command, cwd=packages, capture_output=True, text=True, check=False)
        if not report.exists():
            raise RuntimeError(f"the validator wrote no report:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
        cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - the validator's own file
    held = [case for case in cases if case.find("skipped") is None]
    say(f"{file.name}: {len(held)} of {len(cases)} rules held against it")
    return {case.get("name", "").partition(" ")[0] for case in held if len(case)}


def rows() -> Iterator[Row]:
    """Rows of every kind: shipped scenarios, a log, a small book with contracts, credit, taxes and minimum charges."""
    from focus_book import MODELS, book_in, forecast

    for path in sorted(shipped_folder("scenarios").glob("*.yaml")):
        found = cm.estimate(cm.Scenario.load(path))
        for item in found.estimates if isinstance(found, cm.Comparison) else (found,):
            yield from Focus.of(item).rows()
    log = UsageLog((shipped_folder("scenarios") / "usage" / "example-log.csv",), labels=("department",), by_day=True)
    for item in metered(log):
        yield from Focus.of_log(item, "usage log", "0" * 64).rows()
    vat = [{"name": "VAT", "kind": "vat", "rate": "10 %"}, {"name": "card fee", "rate": "2 %"}]
    with tempfile.TemporaryDirectory() as folder:
        book = book_in(Path(folder) / "pricing")
        for name in (*MODELS, "bolt/credited"):
            mix, cache = {name: "100 %"}, "30 % of input"
            yield from forecast(book, mix=mix, cache_read=cache, taxes_and_fees=vat).rows()
        work = {"records": {"per_month": "1000"}, "tokens": {"input": "10", "output": "1"}}
        work["monthly"] = {"acme/seats": {"subscription_month": "2", "capacity_hour": "3", "cache_storage": "5"}}
        yield from forecast(book, workload=work, mix={"acme/seats": "100 %"}).rows()


def spoilt() -> Iterator[Row]:
    """Rows that are wrong in ways that the validator must find."""
    first, *rest = rows()
    yield first._replace(ChargeCategory="Gift", BillingCurrency="Dollar", ListCost=first.ListCost + 10**24)
    yield from rest


def main() -> int:
    """Run the validator."""
    interpreter = python()
    if interpreter is None:
        say("There is no Python 3.12: name one in FOCUS_PYTHON. The validator was not run.")
        return 2
    place = validator(interpreter)
    with tempfile.TemporaryDirectory() as folder:
        wrong = Path(folder) / "spoilt.parquet"
        write_whole(wrong, parquet_bytes(spoilt()))
        found = failures(place, wrong, CRITERIA)
        if len(found - {CONTRADICTION}) < 3:
            say(f"The validator found too little in spoilt rows: {sorted(found)}")
            return 2
        broken = set()
        for name, content in (("rows.parquet", parquet_bytes(rows())), ("rows.csv", csv_text(rows()))):
            good = Path(folder) / name
            write_whole(good, content)
            for criteria in ((), CRITERIA):
                broken |= failures(place, good, criteria)
    say(f"Broken: {', '.join(sorted(broken)) or 'nothing'}")
    return 1 if broken - {CONTRADICTION} else 0


if __name__ == "__main__":
    sys.exit(main())
