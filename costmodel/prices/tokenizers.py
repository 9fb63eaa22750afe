"""How many tokens other vocabularies make of the same text; read from `pricing/tokenizers.yaml`."""

from typing import TYPE_CHECKING

from costmodel.documents.model import Day, Model, Positive, Text

if TYPE_CHECKING:
    from datetime import date


class Factor(Model):
    """Tokens of one vocabulary for one token of the base."""

    tokenizer: Text
    """The vocabulary."""
    input: Positive
    """Factor on input tokens."""
    output: Positive
    """Factor on output tokens."""
    recorded: Day
    """The day it entered the table."""


class TokenizerFile(Model):
    """`pricing/tokenizers.yaml`."""

    base: Text
    """The vocabulary that factors are relative to."""
    source: Text
    """Where they were measured."""
    factors: tuple[Factor, ...]
    """By vocabulary; the last one recorded by a day holds."""

    def factor(self, measured_with: str, tokenizer: str, on: "date") -> "Factor | None":
        """The factor from the vocabulary of a measurement to another; None where there is none."""
        if measured_with != self.base:
            return None
        known = [item for item in self.factors if item.tokenizer == tokenizer and item.recorded <= on]
        return max(known, key=lambda item: item.recorded, default=None)
