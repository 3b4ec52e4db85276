"""Every metric that dashboard, alerts and manual name is there, and each is explained."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.process_collector import ProcessCollector

from core.calls import Attempt
from core.domain.errors import Code, Refusal
from core.views import PartView
from core.views.depths import Depths
from core.views.tally import Tally
from gateway.metric_families import Collector, Gauges

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"\b(?:tokenpool|process)_[a-z_]+")
LABELLED = re.compile(r"\b((?:tokenpool|process)_[a-z_]+)\{([^}]*)\}")
FILES = ("docker/grafana-dashboard.json", "docker/alerts.yml", "docs/OPERATIONS.md")
ADDED_BY_PROMETHEUS = {"instance", "job", "le"}


@pytest.fixture(scope="module")
def served() -> dict[str, set[str]]:
    """Return the labels of each sample that /metrics can have, by its name."""
    tally = Tally()
    tally.calls["gpt", 200, "own"] += 1
    tally.credits_micro["own"] += 1
    tally.tokens["prompt"] += 1
    tally.ended["settled"] += 1
    tally.refuse(Refusal(Code.RATE_LIMIT_EXCEEDED, "slower", facts={"kind": "tokens"}))
    tally._attempted(Attempt("openai/gpt", "answered", 200, 9, 3))
    depths = Depths(1, 1, 1.0, 1, 1, 1, 1.0)
    chat = PartView("slack", ok=True, ms=1, detail="", required=False)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector(tally, Gauges(1, (chat,), depths)))
    ProcessCollector(registry=registry)
    text = generate_latest(registry).decode()
    return {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def expressions(name: str) -> list[str]:
    """Return what a file asks Prometheus; of the manual, what stands between backticks."""
    text = (ROOT / name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        panels = json.loads(text)["panels"]
        return [target["expr"] for panel in panels for target in panel["targets"]]
    if name.endswith(".yml"):
        return [rule["expr"] for rule in rules()]
    return re.findall(r"`([^`\n]+)`", text)


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((ROOT / "docker/alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("name", FILES)
def test_every_metric_that_is_named_is_served_with_those_labels(
    name: str, served: dict[str, set[str]]
) -> None:
    families = {re.sub(r"_(bucket|sum|count)$", "", one) for one in served} | set(served)
    asked = expressions(name)
    named = {metric for one in asked for metric in NAMED.findall(one)}
    labels = {
        (metric, label)
        for one in asked
        for metric, inside in LABELLED.findall(one)
        for label in re.findall(r"(\w+)\s*(?:=|!=|=~|!~)", inside)
    }

    assert len(named) > 10
    assert named - (families if name.endswith(".md") else set(served)) == set()
    assert [
        (metric, label)
        for metric, label in labels
        if label not in served[metric] | ADDED_BY_PROMETHEUS
    ] == []


@pytest.mark.parametrize("name", FILES[:2])
def test_what_is_grouped_by_is_a_label(name: str, served: dict[str, set[str]]) -> None:
    known = set().union(*served.values()) | ADDED_BY_PROMETHEUS
    grouped = {
        label.strip()
        for one in expressions(name)
        for group in re.findall(r"\bby \(([^)]*)\)", one)
        for label in group.split(",")
    }

    assert grouped
    assert grouped <= known


def test_the_manual_explains_every_metric_and_every_alert(served: dict[str, set[str]]) -> None:
    manual = (ROOT / "docs/OPERATIONS.md").read_text(encoding="utf-8")
    own = {
        re.sub(r"_(bucket|sum|count|created)$", "", name)
        for name in served
        if name.startswith("tokenpool_")
    }

    assert {name for name in own if f"`{name}`" not in manual} == set()
    alerts = [rule["alert"] for rule in rules()]
    assert [name for name in alerts if f"| `{name}` |" not in manual] == []
    assert all(rule["annotations"]["summary"].endswith(".") for rule in rules())


def test_what_an_alert_waits_to_see_grow_is_there_from_the_start() -> None:
    """An increase is between two scrapes: of a counter that begins at 1, nobody sees any."""
    fresh = list(Collector(Tally(), Gauges(0, (), None)).collect())
    at_first = {
        (sample.name, value)
        for family in fresh
        for sample in family.samples
        for value in (*sample.labels.values(), "")
        if sample.value == 0
    }
    grows = re.compile(r"\bincrease\((\w+)(?:\{\w+=~?\"([^\"]*)\"\})?\[")
    waited = [
        (name, value)
        for rule in rules()
        for name, values in grows.findall(rule["expr"])
        for value in values.split("|")
    ]

    assert len(waited) > 8
    assert [one for one in waited if one not in at_first] == []


def test_the_manual_s_reverse_proxy_says_that_it_passes_strangers_on() -> None:
    """By that alone they are told from this machine: they may name `localhost` as their Host."""
    manual = (ROOT / "docs/INSTALL.md").read_text(encoding="utf-8")
    nginx = manual.partition("```nginx")[2].partition("```")[0]

    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx


def test_prometheus_loads_these_rules_and_scrapes_by_token() -> None:
    said = yaml.safe_load((ROOT / "docker/prometheus.yml").read_text(encoding="utf-8"))

    assert said["rule_files"] == ["alerts.yml"]
    assert said["scrape_configs"][0]["job_name"] == "tokenpool"
    assert said["scrape_configs"][0]["authorization"]["type"] == "Bearer"
