// The results panel beside a runbook: all of its blocks as cards. The page is in panel/, its cards in
// editors/components.

import { randomBytes } from 'node:crypto';

import * as vscode from 'vscode';

import type { FromPage, ToPage } from '../panel/messages.ts';
import type { Meant } from './meant.ts';
import { type Clock, Outbox } from './outbox.ts';
import { type BlockResults, COMMANDS, type Runbook, type Said } from './protocol.ts';
import type { Results } from './results.ts';

const ALLOWED: ReadonlySet<string> = new Set(Object.values(COMMANDS));

/** What kind of panel it is, to the editor. */
const VIEW = 'headwater.results';

const CLOCK: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Runs a command of the server, and fails with its reason. */
export type Ask = (command: string, args: Record<string, unknown>) => Promise<unknown>;

export class Panel implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #extension: vscode.Uri;
  readonly #results: Results;
  readonly #ask: Ask;
  readonly #subscriptions: vscode.Disposable[];
  readonly #outbox = new Outbox((results) => this.#post({ kind: 'results', results }), CLOCK);
  #panel: vscode.WebviewPanel | undefined;
  /** The page has said that it listens. */
  #listening = false;
  #uri: vscode.Uri | undefined;
  #focused: string | undefined;
  /** For a page that is only about to listen. */
  #said: Said | undefined;

  constructor(extension: vscode.Uri, results: Results, ask: Ask) {
    this.#extension = extension;
    this.#results = results;
    this.#ask = ask;
    this.#subscriptions = [
      vscode.window.registerWebviewPanelSerializer(VIEW, this),
      results.onReceived((received) => this.#receive(received)),
      results.onRunbook((runbook) => this.#isShown(runbook.uri) && this.#post({ kind: 'runbook', runbook })),
      results.onCleared(() => this.#sendAll()),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#follow(editor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => this.#followCursor(textEditor, selections[0]?.active.line)),
    ];
  }

  /** Of the runbook that is meant; with a lens, at its block. */
  show(about: Meant = { kind: 'here' }): void {
    const [told] = about.kind === 'told' ? (about.args as { uri?: string; block?: string }[]) : [];
    const address = about.kind === 'file' ? about.address.toString() : told?.uri;
    const editors = vscode.window.visibleTextEditors;
    const of = address === undefined ? undefined : editors.find(({ document }) => document.uri.toString() === vscode.Uri.parse(address).toString());
    this.#follow(of ?? vscode.window.activeTextEditor ?? editors.find(({ document }) => document.languageId === 'markdown'));
    this.#open();
    if (told?.block !== undefined) {
      this.#focused = told.block;
      this.#post({ kind: 'focus', block: told.block });
    }
  }

  /** What the server explains about the runbook, above its cards. */
  said(said: Said, about: Meant): void {
    this.show(about);
    // A page that listens draws it now, another when it says that it does.
    this.#said = this.#listening ? undefined : said;
    this.#post({ kind: 'said', said });
  }

  #open(): void {
    if (this.#panel) {
      this.#panel.reveal(undefined, true);
      return;
    }
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.#adopt(vscode.window.createWebviewPanel(VIEW, 'Headwater', beside));
  }

  /** The window was opened anew with a panel in it. What it showed last, its page knows by itself. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Thenable<void> {
    const uri = typeof state === 'object' && state !== null && 'uri' in state && typeof state.uri === 'string' ? state.uri : undefined;
    this.#uri ??= uri === undefined ? undefined : vscode.Uri.parse(uri);
    this.#panel?.dispose();
    this.#adopt(panel);
    return Promise.resolve();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    const folder = vscode.Uri.joinPath(this.#extension, 'dist');
    this.#panel = panel;
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    panel.onDidDispose(() => {
      if (this.#panel === panel) {
        this.#panel = undefined;
        this.#listening = false;
      }
    });
    // A page that is hidden is thrown away; a new one says that it is ready.
    panel.onDidChangeViewState(() => (this.#listening &&= panel.visible));
    panel.webview.onDidReceiveMessage((message: FromPage) => void this.#hear(message));
    panel.webview.html = page(panel.webview, folder);
    this.#name();
  }

  dispose(): void {
    this.#outbox.reset();
    this.#panel?.dispose();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  async #hear(message: FromPage): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.#listening = true;
        this.#sendAll();
        break;
      case 'drawn':
        this.#outbox.drawn();
        break;
      case 'seen':
        this.#outbox.see(message.blocks);
        break;
      case 'ask':
        this.#post({ kind: 'answer', id: message.id, refused: await this.#refusal(message.command, message.args) });
        break;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage('$(check) Copied', 2_000);
        break;
      case 'save':
        await this.#save(message.name, message.text);
        break;
      case 'reveal':
        await this.#reveal(message.block);
    }
  }

  /** The page may ask for what the components ask for, and for nothing else. */
  async #refusal(command: string, args: Record<string, unknown>): Promise<string | null> {
    if (!ALLOWED.has(command)) {
      return `${command} is no command of a block.`;
    }
    try {
      await this.#ask(command, args);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #save(name: string, text: string): Promise<void> {
    const folder = this.#uri ? vscode.Uri.joinPath(this.#uri, '..') : undefined;
    const chosen = await vscode.window.showSaveDialog({
      filters: { HTML: ['html'] },
      ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name.replaceAll(/[/\\]/g, '-')) } : {}),
    });
    if (chosen) {
      await vscode.workspace.fs.writeFile(chosen, new TextEncoder().encode(text));
    }
  }

  async #reveal(block: string): Promise<void> {
    const line = this.#runbook()?.blocks.find((known) => known.block === block)?.line;
    if (this.#uri && line !== undefined) {
      const range = new vscode.Range(line, 0, line, 0);
      const beside = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === this.#uri?.toString());
      await vscode.window.showTextDocument(this.#uri, { viewColumn: beside?.viewColumn ?? vscode.ViewColumn.One, selection: range });
    }
  }

  #follow(editor: vscode.TextEditor | undefined): void {
    const uri = editor?.document.languageId === 'markdown' ? editor.document.uri : undefined;
    if (uri && uri.toString() !== this.#uri?.toString()) {
      this.#uri = uri;
      this.#focused = undefined;
      this.#name();
      this.#sendAll();
    }
  }

  #followCursor(editor: vscode.TextEditor, line: number | undefined): void {
    if (line === undefined || editor.document.uri.toString() !== this.#uri?.toString()) {
      return;
    }
    const block = this.#runbook()?.blocks.find((known) => known.line <= line && line <= known.end)?.block;
    if (block !== undefined && block !== this.#focused) {
      this.#focused = block;
      this.#post({ kind: 'focus', block });
    }
  }

  #receive(received: BlockResults): void {
    if (this.#isShown(received.uri)) {
      this.#outbox.put(received);
    }
  }

  /** A page that begins, or begins with another runbook. */
  #sendAll(): void {
    const results = this.#uri ? this.#results.of(this.#uri) : [];
    this.#outbox.reset(results);
    this.#post({ kind: 'clear' });
    const runbook = this.#runbook();
    if (runbook) {
      this.#post({ kind: 'runbook', runbook });
    }
    if (results.length > 0) {
      this.#post({ kind: 'results', results });
    }
    if (this.#said && this.#listening) {
      this.#post({ kind: 'said', said: this.#said });
      this.#said = undefined;
    }
  }

  #runbook(): Runbook | undefined {
    return this.#uri && this.#results.runbook(this.#uri);
  }

  #isShown(uri: string): boolean {
    return this.#uri !== undefined && vscode.Uri.parse(uri).toString() === this.#uri.toString();
  }

  #name(): void {
    if (this.#panel && this.#uri) {
      this.#panel.title = `Results: ${this.#uri.path.split('/').at(-1) ?? ''}`;
    }
  }

  #post(message: ToPage): void {
    if (this.#listening) {
      void this.#panel?.webview.postMessage(message);
    }
  }
}

/** Only our own script and style are allowed, nothing inline and nothing from a network; pictures that the page made itself. */
function page(webview: vscode.Webview, folder: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64url');
  const asset = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; img-src data:; script-src 'nonce-${nonce}'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${asset('panel.css')}">
</head>
<body>
<script nonce="${nonce}" src="${asset('panel.js')}"></script>
</body>
</html>`;
}
