"""The shipped families: what they say of a record, and that they tell each other apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from log_rows import AT, AT_US, DATA, log, row, rows

from costmodel.usage.logs.reading.reading import sources
from costmodel.usage.logs.reading.recognition import counted_families
from costmodel.usage.logs.shapes.families import shipped_shapes

if TYPE_CHECKING:
    from pathlib import Path

SPAN = "attributes"


def otlp(*spans: dict[str, Any], start: Any = "1767323045000000123") -> dict[str, Any]:
    """A line of the collector's file exporter."""
    found = []
    for span in spans:
        attributes = [
            {"key": key, "value": {"stringValue": item} if isinstance(item, str) else {"intValue": str(item)}}
            for key, item in span.items()
        ]
        found.append({"name": "span", "startTimeUnixNano": start, "attributes": attributes})
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": found}]}]}


def text_tokens(count: int, modality: str = "TEXT") -> dict[str, Any]:
    return {"modality": modality, "tokenCount": count}


# A record of each family, and what must come of it besides its time; counts not named are 0.
FAMILIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "openai-chat": (
        {
            "created": 1_767_323_045,
            "model": "gpt-5",
            "service_tier": "default",
            "usage": {
                "prompt_tokens": 100,
                "completion_tokens": 30,
                "total_tokens": 130,
                "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 5, "audio_tokens": 7},
                "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 2},
            },
        },
        {
            "model": "gpt-5",
            "input": 100,
            "cache_read": 60,
            "cache_write_5m": 5,
            "input_audio": 7,
            "output": 30,
            "reasoning": 20,
            "output_audio": 2,
        },
    ),
    "openai-responses": (
        {
            "created_at": 1_767_323_045,
            "model": "gpt-5.6-sol",
            "service_tier": "flex",
            "usage": {
                "input_tokens": 100,
                "output_tokens": 30,
                "total_tokens": 130,
                "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 5},
                "output_tokens_details": {"reasoning_tokens": 20},
            },
        },
        {
            "model": "gpt-5.6-sol",
            "tier": "flex",
            "input": 100,
            "cache_read": 60,
            "cache_write_5m": 5,
            "output": 30,
            "reasoning": 20,
        },
    ),
    "anthropic": (
        {
            "timestamp": AT,
            "model": "claude-opus-5",
            "usage": {
                "input_tokens": 10,
                "output_tokens": 30,
                "cache_read_input_tokens": 60,
                "cache_creation_input_tokens": 9,
                "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 4},
                "output_tokens_details": {"thinking_tokens": 20},
                "server_tool_use": {"web_search_requests": 3},
                "service_tier": "batch",
                "inference_geo": "us",
            },
        },
        {
            "model": "claude-opus-5",
            "tier": "batch",
            "region": "us",
            "input": 79,
            "cache_read": 60,
            "cache_write_5m": 5,
            "cache_write_1h": 4,
            "output": 30,
            "reasoning": 20,
            "web_search": 3,
        },
    ),
    "anthropic-passes": (
        {
            "timestamp": AT,
            "model": "claude-opus-5",
            "usage": {
                "input_tokens": 10,
                "output_tokens": 30,
                "iterations": [{"type": "message", "input_tokens": 10, "output_tokens": 30}],
            },
        },
        {"model": "claude-opus-5", "input": 10, "output": 30},
    ),
    "gemini": (
        {
            "createTime": AT,
            "modelVersion": "gemini-2.5-flash",
            "usageMetadata": {
                "promptTokenCount": 100,
                "cachedContentTokenCount": 60,
                "candidatesTokenCount": 30,
                "thoughtsTokenCount": 20,
                "toolUsePromptTokenCount": 8,
                "totalTokenCount": 158,
                "promptTokensDetails": [
                    {"modality": "TEXT", "tokenCount": 80},
                    {"modality": "AUDIO", "tokenCount": 20},
                ],
                "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 45}, {"modality": "AUDIO", "tokenCount": 15}],
                "candidatesTokensDetails": [text_tokens(6, "IMAGE")],
                "trafficType": "ON_DEMAND",
            },
        },
        {
            "model": "gemini-2.5-flash",
            "input": 108,
            "cache_read": 45,
            "cache_read_audio": 15,
            "input_audio": 5,
            "output": 50,
            "reasoning": 20,
            "output_image": 6,
        },
    ),
    "bedrock-converse": (
        {
            "timestamp": AT,
            "modelId": "anthropic.claude-sonnet-4-6",
            "region": "eu-west-1",
            "usage": {
                "inputTokens": 10,
                "outputTokens": 30,
                "cacheReadInputTokens": 60,
                "cacheWriteInputTokens": 9,
                "cacheDetails": [{"ttl": "5m", "inputTokens": 5}, {"ttl": "1h", "inputTokens": 4}],
                "totalTokens": 109,
            },
        },
        {
            "model": "anthropic.claude-sonnet-4-6",
            "region": "eu-west-1",
            "input": 79,
            "cache_read": 60,
            "cache_write_5m": 5,
            "cache_write_1h": 4,
            "output": 30,
        },
    ),
    "bedrock-log": (
        {
            "timestamp": AT,
            "modelId": "amazon.nova-pro-v1:0",
            "region": "us-east-1",
            "input": {"inputTokenCount": 10, "cacheReadInputTokenCount": 60, "cacheWriteInputTokenCount": 9},
            "output": {"outputTokenCount": 30},
        },
        {
            "model": "amazon.nova-pro-v1:0",
            "region": "us-east-1",
            "input": 79,
            "cache_read": 60,
            "cache_write_5m": 9,
            "output": 30,
        },
    ),
    "deepseek": (
        {
            "created": 1_767_323_045,
            "model": "deepseek-v4-flash",
            "usage": {
                "prompt_tokens": 100,
                "completion_tokens": 30,
                "total_tokens": 130,
                "prompt_cache_hit_tokens": 60,
                "prompt_cache_miss_tokens": 40,
                "prompt_tokens_details": {"cached_tokens": 60},
            },
        },
        {"model": "deepseek-v4-flash", "input": 100, "cache_read": 60, "output": 30},
    ),
    "openrouter": (
        {
            "created": 1_767_323_045,
            "model": "anthropic/claude-4.6-sonnet",
            "usage": {
                "prompt_tokens": 100,
                "completion_tokens": 30,
                "total_tokens": 130,
                "cost": 0.0012,
                "is_byok": False,
            },
        },
        {"model": "anthropic/claude-4.6-sonnet", "input": 100, "output": 30},
    ),
    "groq": (
        {
            "created": 1_767_323_045,
            "model": "openai/gpt-oss-120b",
            "service_tier": "on_demand",
            "usage": {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 130, "queue_time": 0.01},
        },
        {"model": "openai/gpt-oss-120b", "input": 100, "output": 30},
    ),
    "mistral": (
        {
            "created": 1_767_323_045,
            "model": "mistral-large-latest",
            "usage": {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 130, "num_cached_tokens": 60},
        },
        {"model": "mistral-large-latest", "input": 100, "cache_read": 60, "output": 30},
    ),
    "huggingface": (
        {
            "created": 1_767_323_045,
            "model": "deepseek-ai/DeepSeek-R1",
            "usage": {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 130, "cached_tokens": 60},
        },
        {"model": "deepseek-ai/DeepSeek-R1", "input": 100, "cache_read": 60, "output": 30},
    ),
    "xai": (
        {
            "created": 1_767_323_045,
            "model": "grok-5",
            "usage": {
                "prompt_tokens": 100,
                "completion_tokens": 10,
                "completion_tokens_details": {"reasoning_tokens": 20},
                "total_tokens": 130,
                "num_sources_used": 0,
            },
        },
        {"model": "grok-5", "input": 100, "output": 30, "reasoning": 20},
    ),
    "cohere": (
        {
            "timestamp": AT,
            "model": "command-a",
            "usage": {
                "billed_units": {"input_tokens": 100, "output_tokens": 30},
                "tokens": {"input_tokens": 900, "output_tokens": 31},
                "cached_tokens": 800,
            },
        },
        {"model": "command-a", "input": 100, "output": 30},
    ),
    "cohere-embed": (
        {
            "timestamp": AT,
            "model": "embed-v4",
            "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 100, "image_tokens": 7}},
        },
        {"model": "embed-v4", "input": 107, "input_image": 7, "output": 0},
    ),
    "litellm": (
        {
            "startTime": "2026-01-02T03:04:05",
            "model": "claude-sonnet-4-6",
            "prompt_tokens": 100,
            "completion_tokens": 30,
            "total_tokens": 130,
            "cache_hit": "False",
            "metadata": {"usage_object": {"cache_read_input_tokens": 60, "cache_creation_input_tokens": 9}},
        },
        {"model": "claude-sonnet-4-6", "input": 100, "cache_read": 60, "cache_write_5m": 9, "output": 30},
    ),
    "otel-span": (
        {
            "start_time": AT,
            SPAN: {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "gpt-5",
                "gen_ai.response.model": "gpt-5-2025-08-07",
                "gen_ai.usage.input_tokens": 100,
                "gen_ai.usage.cache_read.input_tokens": 60,
                "gen_ai.usage.output_tokens": 30,
                "gen_ai.usage.reasoning.output_tokens": 20,
            },
        },
        {"model": "gpt-5-2025-08-07", "input": 100, "cache_read": 60, "output": 30, "reasoning": 20},
    ),
    "otlp": (
        otlp(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.response.model": "gpt-5",
                "gen_ai.usage.input_tokens": 100,
                "gen_ai.usage.cache_creation.input_tokens": 9,
                "gen_ai.usage.output_tokens": 30,
            }
        ),
        {"model": "gpt-5", "input": 100, "cache_write_5m": 9, "output": 30},
    ),
    "costmodel": (
        {
            "time": AT,
            "model": "acme/large",
            "tier": "batch",
            "region": "eu",
            "input_tokens": 100,
            "cache_read_tokens": 60,
            "cache_write_1h_tokens": 9,
            "output_tokens": 30,
            "reasoning_tokens": 20,
            "web_searches": 2,
        },
        {
            "model": "acme/large",
            "tier": "batch",
            "region": "eu",
            "input": 100,
            "cache_read": 60,
            "cache_write_1h": 9,
            "output": 30,
            "reasoning": 20,
            "web_search": 2,
        },
    ),
}
SKIPPED = {
    "otel-agent": {"start_time": AT, SPAN: {"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 100}}
}


def counts(found: dict[str, Any]) -> dict[str, Any]:
    """A row without what every row has, and without counts of 0."""
    usual = {"at_us": AT_US, "tier": "standard", "region": "global", "requests": 1, "reason": None, "record": 1}
    return {key: item for key, item in found.items() if usual.get(key, 0) != item}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_record_of_each_family(family: str, tmp_path: Path) -> None:
    """Each shipped family is recognised by itself and counts what its provider says is in what."""
    record, wanted = FAMILIES[family]
    path = log(tmp_path, record)
    assert counts(row(path)) == {key: item for key, item in wanted.items() if item != 0}
    (source,) = sources([path])
    assert counted_families(source) == {family: 1}


def test_every_family_has_a_record_here() -> None:
    """A family that is added is tested too."""
    assert {shape.shape for shape in shipped_shapes()} == {*FAMILIES, *SKIPPED}
    assert all(shape.source for shape in shipped_shapes())


def test_families_in_one_log(tmp_path: Path) -> None:
    """Records of all families in one file are told apart line by line, and each is a row of its own."""
    path = log(tmp_path, *(record for record, _ in FAMILIES.values()), *SKIPPED.values())
    found = rows(path)
    assert [counts(item) | {"record": 0} for item in found] == [
        {key: item for key, item in wanted.items() if item != 0} | {"record": 0} for _, wanted in FAMILIES.values()
    ]
    (source,) = sources([path])
    assert counted_families(source) == dict.fromkeys(sorted([*FAMILIES, *SKIPPED], key=_order(source)), 1)


def _order(source: Any) -> Any:
    names = [shape.shape for shape in source.shapes]
    return names.index


def test_agents_repeat_their_calls(tmp_path: Path) -> None:
    """Spans of agents and tools add nothing: their tokens are those of the calls below them."""
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 1}
    call = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 100}
    path = log(tmp_path, SKIPPED["otel-agent"], otlp(agent, call, {"http.method": "GET"}), otlp())
    assert [(item["model"], item["input"], item["output"]) for item in rows(path)] == [("m", 100, 0)]


def test_a_log_of_agents_alone(tmp_path: Path) -> None:
    """Where everything is passed over nothing is counted, and what is broken is still told of."""
    assert rows(log(tmp_path, SKIPPED["otel-agent"])) == []
    path = log(tmp_path, SKIPPED["otel-agent"], "{broken", {})
    assert [(item["record"], item["reason"]) for item in rows(path)] == [(2, "malformed"), (3, "unknown shape")]


def test_a_cache_hit_of_a_proxy_is_no_usage(tmp_path: Path) -> None:
    """What a proxy answers from its own cache is billed by nobody: a good row of nothing."""
    record = FAMILIES["litellm"][0] | {"cache_hit": "True"}
    found = row(log(tmp_path, record))
    assert (found["reason"], found["requests"], found["input"], found["cache_read"]) == (None, 0, 0, 0)


# Anthropic's passes

PASSES = [
    {"type": "message", "input_tokens": 1_128, "output_tokens": 110},
    {"type": "advisor_message", "model": "claude-opus-4-8", "input_tokens": 2_518, "output_tokens": 22},
    {"type": "message", "input_tokens": 1_262, "cache_read_input_tokens": 5, "output_tokens": 11},
]
WHOLE = {"input_tokens": 2_390, "cache_read_input_tokens": 5, "output_tokens": 121}


def passes(tmp_path: Path, **changes: Any) -> list[dict[str, Any]]:
    usage = {
        **WHOLE,
        "iterations": PASSES,
        "output_tokens_details": {"thinking_tokens": 115},
        "server_tool_use": {"web_search_requests": 2},
    }
    return rows(log(tmp_path, {"timestamp": AT, "model": "claude-sonnet-5", "usage": usage | changes}))


def test_passes_are_rows_of_their_own_model_and_size(tmp_path: Path) -> None:
    """Every pass is counted once, at its own model and size; what is counted for the record is shared out."""
    keys = ("model", "input", "cache_read", "output", "reasoning", "web_search", "requests", "reason")
    assert [tuple(found[key] for key in keys) for found in passes(tmp_path)] == [
        ("claude-sonnet-5", 1_128, 0, 110, 110, 2, 1, None),
        ("claude-opus-4-8", 2_518, 0, 22, 0, 0, 0, None),
        ("claude-sonnet-5", 1_267, 5, 11, 5, 0, 0, None),
    ]


@pytest.mark.parametrize("key", ["input_tokens", "cache_read_input_tokens", "output_tokens"])
def test_passes_that_do_not_add_up_are_refused(key: str, tmp_path: Path) -> None:
    """Where the record's own counts are not those of its own passes, nobody knows which are billed."""
    found = passes(tmp_path, **{key: WHOLE[key] + 1, "output_tokens_details": {}})
    assert {item["reason"] for item in found} == {"totals disagree"}


@pytest.mark.parametrize("nothing", [[], None])
def test_no_passes(nothing: Any, tmp_path: Path) -> None:
    """An empty list of passes says nothing: the record's own counts hold."""
    (found,) = passes(tmp_path, iterations=nothing)
    assert (found["input"], found["output"], found["reasoning"], found["requests"]) == (2_395, 121, 115, 1)


def test_fast_mode_is_a_tier(tmp_path: Path) -> None:
    """Fast mode has a price of its own: it is never taken for the standard tier."""
    usage = {"input_tokens": 1, "output_tokens": 1, "service_tier": "standard"}
    path = log(
        tmp_path,
        *({"timestamp": AT, "model": "m", "usage": usage | {"speed": speed}} for speed in ("fast", "standard")),
    )
    assert [item["tier"] for item in rows(path)] == ["fast", "standard"]


# Real answers


@pytest.mark.skipif(not DATA.is_dir(), reason="the measured data do not travel with the project")
def test_exemplars(tmp_path: Path) -> None:
    """Real answers of 13 families come to the totals that are expected of them, in one log."""
    lines = (DATA / "usage_shapes" / "exemplars.jsonl").read_text(encoding="utf-8").splitlines()
    exemplars = [json.loads(line) for line in lines]
    found = rows(log(tmp_path, *({"timestamp": AT, "model": "-"} | item["body"] for item in exemplars)))
    assert len(exemplars) == 43
    assert [item["reason"] for item in found] == [None] * 45  # one has two further passes
    for number, item in enumerate(exemplars, 1):
        model = item["body"].get("model", item["body"].get("modelVersion", "-"))
        own = [found_ for found_ in found if (found_["record"], found_["model"]) == (number, model)]
        assert {
            "input_total": sum(part["input"] for part in own),
            "cache_read": sum(part["cache_read"] + part["cache_read_audio"] for part in own),
            "cache_write": sum(part["cache_write_5m"] + part["cache_write_1h"] for part in own),
            "output_total": sum(part["output"] for part in own),
            "reasoning": sum(part["reasoning"] for part in own),
        } == item["expected"], item["shape"]
