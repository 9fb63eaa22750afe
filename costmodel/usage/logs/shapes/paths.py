"""Where a value stands in a record: `usage.prompt_tokens_details.cached_tokens`.

A path is names with points between them. A name with points of its own is quoted: `attributes."gen_ai.request.model"`.
`[]` after a name means every entry of a list; `[key=gen_ai.request.model]` the first entry that has this text there.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, NamedTuple

from costmodel.documents.model import Reads

MAX_STEPS = 12
MAX_LENGTH = 300  # characters of a whole path

_STEP = re.compile(
    r'(?:"(?P<quoted>[^"]+)"|(?P<name>[^."\[\]]+))(?P<every>\[\]|\[(?P<key>[^=\[\]]+)=(?P<value>[^\[\]]+)\])?'
)


class Step(NamedTuple):
    """One step of a path.

    Attributes:
        name: key of an object, or name of a column.
        every: what stands there is a list, and all its entries are meant.
        pick: what stands there is a list, and its first entry is meant that has this text at this key.
    """

    name: str
    every: bool = False
    pick: tuple[str, str] | None = None


class FieldPath(NamedTuple):
    """A path, read.

    Attributes:
        text: as written, which is also the name of a column of that name.
    """

    text: str
    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, value: Any) -> FieldPath:
        """Read a path.

        >>> [step.name for step in FieldPath.parse('attributes."gen_ai.usage.input_tokens"').steps]
        ['attributes', 'gen_ai.usage.input_tokens']

        Raises:
            ValueError: it is none.
        """
        text = str(value).strip()
        if not text or len(text) > MAX_LENGTH:
            raise ValueError(f"a path has 1 to {MAX_LENGTH} characters, such as usage.prompt_tokens")
        steps, at = [], 0
        while at < len(text):
            found = _STEP.match(text, at)
            if found is None or (found.end() < len(text) and text[found.end()] != "."):
                raise ValueError(
                    f"'{text[:60]}' is no path: write names with points between, such as usage.prompt_tokens"
                )
            pick = (found["key"], found["value"]) if found["key"] else None
            steps.append(Step(found["quoted"] or found["name"], found["every"] == "[]", pick))
            at = found.end() + 1
        if text.endswith(".") or len(steps) > MAX_STEPS:
            raise ValueError(f"'{text[:60]}' is no path: 1 to {MAX_STEPS} names with points between")
        return cls(text, tuple(steps))

    def below(self, start: FieldPath | None) -> FieldPath:
        """The same path, starting from another one."""
        return self if start is None else FieldPath(f"{start.text}.{self.text}", (*start.steps, *self.steps))

    @property
    def column(self) -> str:
        """The name of the column that it means."""
        return ".".join(step.name for step in self.steps)

    @property
    def is_list(self) -> bool:
        """Whether it means the entries of a list."""
        return self.steps[-1].every

    @property
    def crosses_lists(self) -> bool:
        """Whether it goes through every entry of a list."""
        return any(step.every for step in self.steps)


def _single(value: Any) -> FieldPath:
    path = FieldPath.parse(value)
    if path.crosses_lists:
        raise ValueError(f"'{path.text[:60]}' means many values: a list can stand in 'rows', 'each' and 'passes' alone")
    return path


def _entries(value: Any) -> FieldPath:
    path = FieldPath.parse(value)
    return (
        path if path.is_list else FieldPath(f"{path.text}[]", (*path.steps[:-1], path.steps[-1]._replace(every=True)))
    )


_SCHEMA = {"type": "string"}
AnyPath = Annotated[FieldPath, Reads(FieldPath.parse, {**_SCHEMA, "title": "a path such as usage.prompt_tokens"})]
ValuePath = Annotated[FieldPath, Reads(_single, {**_SCHEMA, "title": "a path such as usage.prompt_tokens"})]
ListPath = Annotated[FieldPath, Reads(_entries, {**_SCHEMA, "title": "a path to a list, such as usage.iterations"})]
