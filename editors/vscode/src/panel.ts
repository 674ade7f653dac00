// The results panel beside a runbook: tall pictures that the text has no room for. The page is in panel/.

import { randomBytes } from 'node:crypto';

import * as vscode from 'vscode';

import type { Results } from './results.ts';

/** Often enough to look alive, seldom enough to cost nothing. */
const REDRAW_MS = 200;

export class Panel implements vscode.Disposable {
  readonly #extension: vscode.Uri;
  readonly #results: Results;
  readonly #subscriptions: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  #runbook: vscode.Uri | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(extension: vscode.Uri, results: Results) {
    this.#extension = extension;
    this.#results = results;
    this.#subscriptions = [
      results.onChanged(() => this.#schedule()),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#follow(editor)),
    ];
  }

  show(): void {
    this.#follow(vscode.window.activeTextEditor);
    if (this.#panel) {
      this.#panel.reveal(undefined, true);
      return;
    }
    const folder = vscode.Uri.joinPath(this.#extension, 'dist');
    const panel = vscode.window.createWebviewPanel(
      'headwater.results',
      'Headwater',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [folder] },
    );
    this.#panel = panel;
    panel.onDidDispose(() => (this.#panel = undefined));
    // A page that was hidden has been thrown away, and starts empty.
    panel.onDidChangeViewState(() => this.#schedule());
    panel.webview.onDidReceiveMessage(() => this.#send());
    panel.webview.html = page(panel.webview, folder);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#panel?.dispose();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #follow(editor: vscode.TextEditor | undefined): void {
    if (editor?.document.languageId === 'markdown') {
      this.#runbook = editor.document.uri;
      this.#schedule();
    }
  }

  #schedule(): void {
    if (this.#panel?.visible) {
      this.#timer ??= setTimeout(() => this.#send(), REDRAW_MS);
    }
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#panel && this.#runbook) {
      const name = this.#runbook.path.split('/').at(-1) ?? '';
      this.#panel.title = `Results: ${name}`;
      void this.#panel.webview.postMessage({ blocks: this.#results.of(this.#runbook) });
    }
  }
}

/** Only our own script and style are allowed, nothing inline and nothing from a network. */
function page(webview: vscode.Webview, folder: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64url');
  const asset = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource} 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${asset('panel.css')}">
</head>
<body data-empty="true">
<script nonce="${nonce}" src="${asset('panel.js')}"></script>
</body>
</html>`;
}
