"""Limits that decide what is warned about or refused; read from `pricing/policy.yaml`."""

from functools import lru_cache

from costmodel.documents.model import Count, Currency, Model, Text, load
from costmodel.shipped import shipped_folder


class Limit(Model):
    """One limit with the reason for its value."""

    value: Count
    """The limit."""
    source: Text
    """Where it comes from."""


class Places(Model):
    """Decimal places by currency."""

    source: Text
    """Where they come from."""
    default: Count
    """Of a currency that is not listed."""
    exceptions: dict[Currency, Text]
    """Of those that have others."""


class Policy(Model):
    """All limits."""

    stale_after_days: Limit
    """A price checked longer ago is marked stale."""
    fx_max_age_days: Limit
    """An older exchange rate is refused."""
    shown_record_cost_digits: Limit
    """Significant digits of a unit cost."""
    currency_places: Places
    """Decimal places in which money is shown."""


@lru_cache(maxsize=1)
def policy() -> "Policy":
    """The shipped limits."""
    return load(shipped_folder("pricing") / "policy.yaml", Policy, "pricing/policy.yaml")


def places_of(currency: str) -> int:
    """Decimal places in which a currency is shown."""
    places = policy().currency_places
    return int(places.exceptions.get(currency, str(places.default)))
