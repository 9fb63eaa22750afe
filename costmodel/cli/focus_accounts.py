"""Billing accounts of FOCUS rows, as the command line says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.results.focus.rows import Focus


def accounts_of(texts: Sequence[str]) -> dict[str, str]:
    """Billing accounts by provider; under the empty name, that of all others.

    Raises:
        CommandLineError: empty, or one provider has two.
    """
    found: dict[str, str] = {}
    for text in texts:
        provider, _, account = text.partition("=") if "=" in text else ("", "", text)
        if not account.strip():
            raise CommandLineError(
                f"--billing-account '{text}' names no account: write openai=org-123, or only org-123"
            )
        if provider.strip() in found:
            raise CommandLineError(f"--billing-account gives two accounts for {provider.strip() or 'all providers'}")
        found[provider.strip()] = account.strip()
    return found


def require_providers(accounts: Mapping[str, str], focus: Focus) -> None:
    """Every provider that an account is given for must have charges.

    Raises:
        CommandLineError: one has none.
    """
    from costmodel.documents.model import did_you_mean

    there = list(dict.fromkeys(entry.model.partition("/")[0] for entry in focus.entries))
    for provider in accounts:
        if provider and provider not in there:
            raise CommandLineError(
                f"--billing-account: nothing is charged by '{provider}'{did_you_mean(provider, there, listed=False)} "
                f"There are: {', '.join(there)}"
            )
