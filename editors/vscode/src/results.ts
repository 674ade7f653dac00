// Keeps the latest results of every block and paints them into the visible editors.

import * as vscode from 'vscode';

import { type Places, decorations, movePlaces, place } from './decorations.ts';
import { hoverText } from './hover.ts';
import { MARKS, type Mark, SPARK, gutterIcon, markOf, spark, sparkline } from './marks.ts';
import { type BlockResults, type Runbook, isLive } from './protocol.ts';

/** Repaints wait this long, so that many blocks at once cost one: a new state is seen at once, figures move twice a second. */
const SOON_MS = 40;
const FIGURES_MS = 500;

/** Lines beyond the screen that are painted too: each text is a style of its own to the editor. */
const BEYOND = 30;

/** A sparkline is drawn anew no more often: each one is a picture of its own to the editor. */
const SPARK_MS = 1_000;

/** As the theme's `charts.blue`, which a picture cannot name. */
const SPARK_COLORS = { dark: '#59a4f9', light: '#1a85ff' };

interface Shown {
  results: BlockResults;
  places: Places;
  /** What was drawn last, and when. */
  spark?: { dark: string; light: string; at: number } | undefined;
}

export class Results implements vscode.Disposable, vscode.HoverProvider {
  readonly #type = vscode.window.createTextEditorDecorationType({ rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen });
  readonly #sparks = vscode.window.createTextEditorDecorationType({ rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed });
  readonly #gutter: ReadonlyMap<Mark, vscode.TextEditorDecorationType> = new Map(MARKS.map((mark) => [mark, gutterType(mark)]));
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #received = new vscode.EventEmitter<BlockResults>();
  readonly #runbookChanged = new vscode.EventEmitter<Runbook>();
  readonly #cleared = new vscode.EventEmitter<void>();
  readonly #runbooks = new Map<string, Runbook>();
  readonly #subscriptions: vscode.Disposable[];
  /** By document, then by block. */
  readonly #shown = new Map<string, Map<string, Shown>>();
  readonly #dirty = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #due = 0;

  /** Something was received or removed. */
  readonly onChanged = this.#changed.event;
  readonly onReceived = this.#received.event;
  readonly onRunbook = this.#runbookChanged.event;
  readonly onCleared = this.#cleared.event;

  constructor(selector: vscode.DocumentSelector) {
    this.#subscriptions = [
      this.#type,
      this.#sparks,
      ...this.#gutter.values(),
      this.#changed,
      this.#received,
      this.#runbookChanged,
      this.#cleared,
      vscode.languages.registerHoverProvider(selector, this),
      vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach((editor) => this.#touch(key(editor.document.uri)))),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.#touch(key(textEditor.document.uri))),
      vscode.workspace.onDidChangeTextDocument((event) => this.#follow(event)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(key(document.uri))),
    ];
  }

  receive(results: BlockResults): void {
    const uri = key(vscode.Uri.parse(results.uri));
    const blocks = this.#shown.get(uri) ?? new Map<string, Shown>();
    if (results.gone) {
      this.#drop(uri, results.block);
      return;
    }
    this.#shown.set(uri, blocks);
    const before = blocks.get(results.block);
    const same = before && before.results.state === results.state && before.results.stale === results.stale && before.results.flow === results.flow;
    // The first results of a flow are as good as a new state.
    const moves = same && before.results.lines.some(({ text }) => text !== '');
    blocks.set(results.block, { results, places: place(results, before), spark: before?.spark });
    this.#touch(uri, moves ? FIGURES_MS : SOON_MS);
    this.#received.fire(results);
    this.#changed.fire();
  }

  /** The block is not in the text any more. */
  #drop(uri: string, block: string): void {
    if (this.#shown.get(uri)?.delete(block)) {
      this.#touch(uri);
      this.#changed.fire();
    }
  }

  receiveRunbook(runbook: Runbook): void {
    this.#runbooks.set(key(vscode.Uri.parse(runbook.uri)), runbook);
    this.#runbookChanged.fire(runbook);
  }

  runbook(uri: vscode.Uri): Runbook | undefined {
    return this.#runbooks.get(key(uri));
  }

  /** The server is gone, and with it what it said. */
  clear(): void {
    for (const uri of this.#shown.keys()) {
      this.#touch(uri);
    }
    this.#shown.clear();
    this.#runbooks.clear();
    this.#cleared.fire();
    this.#changed.fire();
  }

  get running(): number {
    const all = [...this.#shown.values()].flatMap((blocks) => [...blocks.values()]);
    return all.filter(({ results }) => isLive(results)).length;
  }

  /** The document was closed, and with it ends what ran there. */
  #forget(uri: string): void {
    this.#runbooks.delete(uri);
    if (this.#shown.delete(uri)) {
      this.#cleared.fire();
      this.#changed.fire();
    }
  }

  /** A document's blocks in the order of the text. */
  of(uri: vscode.Uri): BlockResults[] {
    const blocks = [...(this.#shown.get(key(uri))?.values() ?? [])];
    return blocks.sort((a, b) => a.places.fence - b.places.fence).map(({ results }) => results);
  }

  /** What the block shows whose fence opens on the line. */
  at(uri: string, line: number): BlockResults | undefined {
    const shown = [...(this.#shown.get(uri)?.values() ?? [])].find(({ places }) => places.open === line);
    return shown?.results;
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    for (const { results, places } of this.#shown.get(key(document.uri))?.values() ?? []) {
      if (position.line === places.fence || position.line === results.range.start.line) {
        return new vscode.Hover(new vscode.MarkdownString(hoverText(results)), document.lineAt(position.line).range);
      }
    }
    return undefined;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #follow(event: vscode.TextDocumentChangeEvent): void {
    const blocks = this.#shown.get(key(event.document.uri));
    for (const shown of blocks?.values() ?? []) {
      // The editor reports the changes of one edit from the last place to the first.
      for (const { range, text } of event.contentChanges) {
        shown.places = movePlaces(shown.places, { start: range.start, end: range.end, text });
      }
    }
  }

  #touch(uri: string, wait = SOON_MS): void {
    this.#dirty.add(uri);
    const due = Date.now() + wait;
    if (this.#timer === undefined || due < this.#due) {
      clearTimeout(this.#timer);
      this.#due = due;
      this.#timer = setTimeout(() => this.#paint(), wait);
    }
  }

  #paint(): void {
    this.#timer = undefined;
    for (const editor of vscode.window.visibleTextEditors) {
      if (this.#dirty.has(key(editor.document.uri))) {
        editor.setDecorations(this.#type, this.#options(editor));
        editor.setDecorations(this.#sparks, this.#sparklines(editor));
        for (const [mark, type] of this.#gutter) {
          editor.setDecorations(type, this.#marked(editor.document, mark));
        }
      }
    }
    this.#dirty.clear();
  }

  #marked(document: vscode.TextDocument, mark: Mark): vscode.Range[] {
    const marked = this.#blocks(document).filter(({ results }) => markOf(results) === mark);
    return marked.filter(({ places }) => places.open < document.lineCount).map(({ places }) => document.lineAt(places.open).range);
  }

  /** Behind the closing fence's own text, before the summary. */
  #sparklines(editor: vscode.TextEditor): vscode.DecorationOptions[] {
    const { document } = editor;
    const drawn: vscode.DecorationOptions[] = [];
    for (const shown of this.#blocks(document)) {
      const values = spark(shown.results);
      if (!values || !isNear(editor, shown.places.fence)) {
        continue;
      }
      const now = Date.now();
      if (!shown.spark || now - shown.spark.at >= SPARK_MS) {
        shown.spark = { dark: sparkline(values, SPARK_COLORS.dark), light: sparkline(values, SPARK_COLORS.light), at: now };
      }
      const { end } = document.lineAt(shown.places.fence).range;
      drawn.push({ range: new vscode.Range(end, end), renderOptions: { dark: picture(shown.spark.dark), light: picture(shown.spark.light) } });
    }
    return drawn;
  }

  #blocks(document: vscode.TextDocument): Shown[] {
    return [...(this.#shown.get(key(document.uri))?.values() ?? [])];
  }

  #options(editor: vscode.TextEditor): vscode.DecorationOptions[] {
    const { document } = editor;
    return this.#blocks(document)
      .flatMap(({ results, places }) => decorations(results, places))
      .filter(({ line }) => isNear(editor, line))
      .map(({ line, text, color, italic }) => ({
        range: document.lineAt(line).range,
        renderOptions: {
          after: {
            contentText: text,
            color: new vscode.ThemeColor(color),
            fontStyle: italic ? 'italic' : 'normal',
            margin: '0 2ch 0 3ch',
          },
        },
      }));
  }
}

/** On the screen, or nearly. */
function isNear({ document, visibleRanges }: vscode.TextEditor, line: number): boolean {
  return line < document.lineCount && visibleRanges.some(({ start, end }) => line >= start.line - BEYOND && line <= end.line + BEYOND);
}

function gutterType(mark: Mark): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({ gutterIconPath: vscode.Uri.parse(gutterIcon(mark)), gutterIconSize: '80%' });
}

function picture(address: string): vscode.ThemableDecorationInstanceRenderOptions {
  return {
    before: {
      contentIconPath: vscode.Uri.parse(address),
      width: `${SPARK.width}px`,
      height: `${SPARK.height}px`,
      margin: '0 0 0 2ch',
    },
  };
}

/** One spelling for a document, whoever wrote its address. */
function key(uri: vscode.Uri): string {
  return uri.toString();
}
