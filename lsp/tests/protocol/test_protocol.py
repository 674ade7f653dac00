"""One session of an editor, from initialize to exit, as two editors would have it."""

import asyncio
import os
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities, make_test_lsp_client

WORKSPACE = Path(os.environ["WORKSPACE"])
TEXT = """\
---
params:
  service: { type: string, default: checkout }
---

# Shop 🌊

```headwater name=slow
let slow = spans | where duration > 100ms;
slow
| where service.name == service and kind == "server"
| extend ms = duration / 1ms
| where http.response.status_code == 500 or http.response.status_code == 503
| summarize p99 = percentile(ms, 99) by cloud.region, bin(timestamp, 10s)
```

```headwater name=latest
spans | project service.name, duration | tail 5
```
"""


def client_of() -> LanguageClient:
    client = make_test_lsp_client()
    client.block_results = []
    client.arrived = asyncio.Event()

    @client.feature("headwater/blockResults")
    def _(params):
        client.block_results.append(params)
        client.arrived.set()

    # What the server may ask of these editors, beside what pytest-lsp answers itself.
    for method in [
        "client/registerCapability",
        "workspace/codeLens/refresh",
        "workspace/inlayHint/refresh",
        "workspace/semanticTokens/refresh",
    ]:
        client.feature(method)(lambda params: None)
    return client


@pytest_lsp.fixture(
    params=["visual_studio_code", "neovim@v0.11.0"],
    config=ClientServerConfig(server_command=[os.environ["HEADWATER"], "lsp"], client_factory=client_of),
)
async def client(request, lsp_client: LanguageClient):
    lsp_client.answer = await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(request.param),
            workspace_folders=[types.WorkspaceFolder(uri=WORKSPACE.as_uri(), name="workspace")],
            initialization_options={"results": True, "trusted": True},
        )
    )
    yield
    await lsp_client.shutdown_session()


class Session:
    """An open document and what is asked of it."""

    def __init__(self, client: LanguageClient, text: str):
        self.client, self.text, self.version = client, text, 1
        path = WORKSPACE / "shop.md"
        path.write_text(text, encoding="utf-8")
        self.uri = path.as_uri()
        self.document = types.TextDocumentIdentifier(uri=self.uri)

    async def open(self):
        item = types.TextDocumentItem(uri=self.uri, language_id="markdown", version=1, text=self.text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
        return await self.diagnostics()

    async def diagnostics(self):
        """Of the present text."""
        while True:
            said = await self.client.wait_for_notification("textDocument/publishDiagnostics")
            if said.uri == self.uri and said.version == self.version:
                return list(said.diagnostics)

    async def change(self, old: str, new: str):
        assert self.text.count(old) == 1, old
        at = self.text.index(old)
        change = types.TextDocumentContentChangePartial(range=self.range(at, at + len(old)), text=new)
        self.text = self.text.replace(old, new)
        self.version += 1
        document = types.VersionedTextDocumentIdentifier(uri=self.uri, version=self.version)
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(text_document=document, content_changes=[change])
        )
        return await self.diagnostics()

    def offset(self, needle: str, behind: int = 0) -> int:
        assert needle in self.text, needle
        return self.text.index(needle) + behind

    def at(self, needle: str, behind: int = 0) -> types.Position:
        return self.position(self.offset(needle, behind))

    def position(self, offset: int) -> types.Position:
        # All that is pointed at stands on lines of ASCII, where the encodings agree.
        before = self.text[:offset]
        return types.Position(line=before.count("\n"), character=offset - before.rfind("\n") - 1)

    def range(self, start: int, end: int) -> types.Range:
        return types.Range(start=self.position(start), end=self.position(end))

    def offset_of(self, position: types.Position) -> int:
        lines = self.text.split("\n")
        return sum(len(line) + 1 for line in lines[: position.line]) + position.character

    def slice(self, of: types.Range) -> str:
        return self.text[self.offset_of(of.start) : self.offset_of(of.end)]

    def edited(self, edits) -> str:
        text = self.text
        for edit in sorted(edits, key=lambda edit: self.offset_of(edit.range.start), reverse=True):
            start, end = self.offset_of(edit.range.start), self.offset_of(edit.range.end)
            text = text[:start] + edit.new_text + text[end:]
        return text

    def edits_of(self, edit: types.WorkspaceEdit):
        if edit.changes:
            return edit.changes[self.uri]
        return [one for change in edit.document_changes for one in change.edits]


def items_of(answer):
    return answer.items if isinstance(answer, types.CompletionList) else answer


def rows_of(result) -> list:
    return getattr(getattr(result, "table", None), "rows", [])


def markdown(contents) -> str:
    return contents.value if isinstance(contents, types.MarkupContent) else str(contents)


@pytest.mark.asyncio
async def test_a_session(client: LanguageClient):
    can = client.answer.capabilities
    session = Session(client, TEXT)
    document = session.document

    # Findings and their fixes.
    assert await session.open() == []
    found = await session.change("summarize p99", "summarise p99")
    assert [(one.code, session.slice(one.range)) for one in found] == [("unknown-stage", "summarise")], found
    fixes = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=document,
            range=found[0].range,
            context=types.CodeActionContext(diagnostics=found, only=[types.CodeActionKind.QuickFix]),
        )
    )
    assert fixes and fixes[0].is_preferred, fixes
    assert "| summarize p99 =" in session.edited(session.edits_of(fixes[0].edit))
    assert await session.change("summarise p99", "summarize p99") == []

    # Completion, and what is said of an item that is looked at.
    await session.change('kind == "server"', "ki")
    offered = await client.text_document_completion_async(
        types.CompletionParams(text_document=document, position=session.at("and ki", 6))
    )
    item = next(item for item in items_of(offered) if item.label == "kind")
    assert session.edited([item.text_edit]).count("and kind\n") == 1
    assert can.completion_provider.resolve_provider
    item = await client.completion_item_resolve_async(item)
    assert item.documentation, item
    assert await session.change("and ki\n", 'and kind == "server"\n') == []

    # Hover and signatures.
    hover = await client.text_document_hover_async(
        types.HoverParams(text_document=document, position=session.at("http.response", 3))
    )
    assert "`http.response.status_code`: long" in markdown(hover.contents)
    assert session.slice(hover.range) == "http.response.status_code"
    signature = await client.text_document_signature_help_async(
        types.SignatureHelpParams(text_document=document, position=session.at("ms, 99", 4))
    )
    assert signature.signatures[0].label.startswith("percentile(") and signature.active_parameter == 1

    # Names: where they are made, used, and how they are called.
    use = session.at("\nslow\n", 2)
    defined = await client.text_document_definition_async(
        types.DefinitionParams(text_document=document, position=use)
    )
    defined = defined[0] if isinstance(defined, list) else defined
    place = defined.target_selection_range if isinstance(defined, types.LocationLink) else defined.range
    assert place.start == session.at("let slow", 4)
    references = await client.text_document_references_async(
        types.ReferenceParams(
            text_document=document, position=use, context=types.ReferenceContext(include_declaration=True)
        )
    )
    assert sorted(session.slice(one.range) for one in references) == ["slow", "slow"]
    highlights = await client.text_document_document_highlight_async(
        types.DocumentHighlightParams(text_document=document, position=use)
    )
    assert len(highlights) == 2
    renamed = await client.text_document_rename_async(
        types.RenameParams(text_document=document, position=use, new_name="dragging")
    )
    renamed = session.edited(session.edits_of(renamed))
    assert "let dragging = spans" in renamed and "\ndragging\n" in renamed

    # Formatting: nothing to do, then something.
    options = types.FormattingOptions(tab_size=4, insert_spaces=True)
    params = types.DocumentFormattingParams(text_document=document, options=options)
    assert not await client.text_document_formatting_async(params)
    await session.change("extend ms = duration", "extend   ms=duration")
    edits = await client.text_document_formatting_async(params)
    assert "| extend ms = duration / 1ms\n" in session.edited(edits)
    await session.change("extend   ms=duration", "extend ms = duration")
    typed = types.DocumentOnTypeFormattingParams(
        text_document=document, position=session.at("\nslow\n|", 7), ch="|", options=options
    )
    assert not await client.text_document_on_type_formatting_async(typed)

    # Refactorings, made one after the other: each gives a text without findings.
    for needle, title in [
        ("where http.response", "Move this filter before `extend`"),
        ("== 500 or", "Write as"),
        ("100ms", "Make `100ms` the parameter `min_duration`"),
        ("\nslow\n", "Inline `slow`"),
        ("| extend ms", "Extract up to here"),
    ]:
        place = session.at(needle, 2)
        actions = await client.text_document_code_action_async(
            types.CodeActionParams(
                text_document=document,
                range=types.Range(start=place, end=place),
                context=types.CodeActionContext(diagnostics=[], only=[types.CodeActionKind.Refactor]),
            )
        )
        action = next((action for action in actions if action.title.startswith(title)), None)
        assert action and action.kind.startswith("refactor."), [action.title for action in actions]
        after = session.edited(session.edits_of(action.edit))
        assert await session.change(session.text, after) == [], after
    assert "min_duration: { type: timespan, default: 100ms }" in session.text
    assert "http.response.status_code in (500, 503)" in session.text
    assert "let extended = spans\n" in session.text

    # What is written at the end of lines, and colours.
    hints = await client.text_document_inlay_hint_async(
        types.InlayHintParams(text_document=document, range=session.range(0, len(session.text)))
    )
    assert hints
    colours = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(text_document=document))
    assert colours.data and len(colours.data) % 5 == 0
    part = await client.text_document_semantic_tokens_range_async(
        types.SemanticTokensRangeParams(
            text_document=document, range=session.range(session.offset("name=latest"), len(session.text))
        )
    )
    assert 0 < len(part.data) < len(colours.data)
    await session.change("tail 5", "tail 50 // more")
    changed = await client.text_document_semantic_tokens_full_delta_async(
        types.SemanticTokensDeltaParams(text_document=document, previous_result_id=colours.result_id)
    )
    patched = list(colours.data)
    for edit in changed.edits:
        patched[edit.start : edit.start + edit.delete_count] = edit.data or []
    colours = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(text_document=document))
    assert patched == list(colours.data)

    # Outline, folding, selection.
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=document))
    assert [symbol.name for symbol in symbols[:2]] == ["service", "min_duration"], "parameters first"
    assert symbols[2].name.startswith("Shop")
    folds = await client.text_document_folding_range_async(types.FoldingRangeParams(text_document=document))
    assert folds
    place = session.at("tail 50", 1)
    selection = await client.text_document_selection_range_async(
        types.SelectionRangeParams(text_document=document, positions=[place])
    )
    assert session.slice(selection[0].range) == "tail"

    # A block runs, shows rows, and stops.
    lenses = await client.text_document_code_lens_async(types.CodeLensParams(text_document=document))
    titles = [lens.command.title for lens in lenses if lens.command]
    assert any("Run" in title for title in titles), titles
    await client.workspace_execute_command_async(
        types.ExecuteCommandParams(command="headwater.runBlock", arguments=[session.uri, "latest"])
    )
    async with asyncio.timeout(60):
        while not any(one.block == "latest" and rows_of(one) for one in client.block_results):
            client.arrived.clear()
            await client.arrived.wait()
    await client.workspace_execute_command_async(
        types.ExecuteCommandParams(command="headwater.stopBlock", arguments=[session.uri, "latest"])
    )
    async with asyncio.timeout(60):
        while client.block_results[-1].state == "running":
            client.arrived.clear()
            await client.arrived.wait()

    client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=document))
