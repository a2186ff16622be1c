"""`dagster dev` as a person starts it: its GraphQL lists the assets and materializes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.orchestrate.dagster_home import home_for
from pipelines.orchestrate.job import run_recorded
from tests.e2e.dagster_server import Server, dagster_dev

pytestmark = pytest.mark.slow

NOTEBOOK = """\
name: handbook
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.fixed
    params: {size: 12, tokenizer: words}
"""

ASSETS = """
{ assetNodes { assetKey { path } groupName kinds jobNames dependencyKeys { path }
  assetChecksOrError { ... on AssetChecks { checks { name blocking } } } } }
"""

LAUNCH = """
mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename
  ... on LaunchRunSuccess { run { runId } }
  ... on PythonError { message } } }
"""

AGAIN = """
mutation ($params: ReexecutionParams!) { launchRunReexecution(reexecutionParams: $params) {
  __typename
  ... on LaunchRunSuccess { run { runId } }
  ... on PythonError { message } } }
"""

JOB = "query ($run: ID!) { runOrError(runId: $run) { ... on Run { jobName status } } }"

LATEST = """
query ($asset: AssetKeyInput!) { assetOrError(assetKey: $asset) { ... on Asset {
  assetMaterializations(limit: 1) { runId metadataEntries { label
    ... on IntMetadataEntry { intValue } } } } } }
"""

CHECKS = """
query ($asset: AssetKeyInput!) { assetNodeOrError(assetKey: $asset) { ... on AssetNode {
  assetChecksOrError { ... on AssetChecks {
    checks { name executionForLatestMaterialization { status } } } } } } }
"""

CHUNKS = {"path": ["handbook", "chunks"]}


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook over three documents, and a broken one beside it."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(3):
        text = f"Rule {number}: ask twice before you cut, and write down why."
        (docs / f"rule{number}.txt").write_text(text, encoding="utf-8")
    path = tmp_path / "handbook.yaml"
    path.write_text(NOTEBOOK, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("name: broken\ncells: []\n", encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    home_for([path])
    return path


def test_materialize_through_graphql(notebook: Path) -> None:
    recorded = run_recorded(notebook)
    with dagster_dev(notebook.parent, {"CHUNKBOOK_NOTEBOOKS": "*.yaml"}) as server:
        listed(server)
        told = server.ask(JOB, run=recorded.run_id)["runOrError"]
        assert told == {"jobName": "handbook_job", "status": "SUCCESS"}
        run = {"parentRunId": recorded.run_id, "strategy": "ALL_STEPS"}
        again = launched(server.ask(AGAIN, params=run)["launchRunReexecution"])
        assert server.ends(again) == "SUCCESS", server.said()
        changed_document(server, notebook.parent / "docs")


def listed(server: Server) -> None:
    """Every notebook's cells are assets; the broken one has its stand-in."""
    nodes = {"/".join(n["assetKey"]["path"]): n for n in server.ask(ASSETS)["assetNodes"]}
    assert sorted(nodes) == ["broken/notebook", "handbook/chunks", "handbook/source"]
    chunks = nodes["handbook/chunks"]
    assert chunks["groupName"] == "handbook"
    assert chunks["dependencyKeys"] == [{"path": ["handbook", "source"]}]
    assert "handbook_job" in chunks["jobNames"]
    assert {c["blocking"] for c in chunks["assetChecksOrError"]["checks"]} == {True}


def launched(answer: dict[str, Any]) -> str:
    """The run that was launched."""
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return str(answer["run"]["runId"])


def changed_document(server: Server, docs: Path) -> None:
    """A run that is launched from an asset's page does only what is new."""
    (docs / "rule3.txt").write_text("Rule 3: measure first.", encoding="utf-8")
    selector = {
        "repositoryLocationName": "chunkbook",
        "repositoryName": "__repository__",
        "pipelineName": "__ASSET_JOB",
        "assetSelection": [{"path": ["handbook", "source"]}, CHUNKS],
    }
    params = {"selector": selector, "runConfigData": {}, "executionMetadata": {}}
    run = launched(server.ask(LAUNCH, params=params)["launchRun"])
    assert server.ends(run) == "SUCCESS", server.said()
    [latest] = server.ask(LATEST, asset=CHUNKS)["assetOrError"]["assetMaterializations"]
    assert latest["runId"] == run
    numbers = {entry["label"]: entry.get("intValue") for entry in latest["metadataEntries"]}
    assert (numbers["documents_added"], numbers["documents_unchanged"]) == (1, 3)
    node = server.ask(CHECKS, asset=CHUNKS)["assetNodeOrError"]
    found = {
        check["name"]: check["executionForLatestMaterialization"]["status"]
        for check in node["assetChecksOrError"]["checks"]
    }
    names = ("offsets_exact", "no_empty_chunk", "token_budget")
    assert found == dict.fromkeys(names, "SUCCEEDED")
