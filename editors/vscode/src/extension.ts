// Wires the parts together: a server for runbooks, their results in the text, commands and status.

import * as vscode from 'vscode';

import { ask, execute, registerExplanations, registerFallbacks, showMenu, showReferences } from './commands.ts';
import { openExample } from './example.ts';
import { meant } from './meant.ts';
import { Panel } from './panel.ts';
import { extendMarkdownIt, refreshPreviews } from './preview.ts';
import { Results } from './results.ts';
import { Server } from './server.ts';
import { Status } from './status.ts';
import { registerTyping } from './typing.ts';
import type { Location, Position } from 'vscode-languageclient/node';

const RUNBOOKS = [
  { language: 'markdown', scheme: 'file' },
  { language: 'markdown', scheme: 'untitled' },
];
// By its name: VS Code knows no TOML of its own, and other TOML files are none of ours.
const CONFIGURATION = { pattern: '**/headwater.toml', scheme: 'file' };
const FENCE = /^[ \t>*+.\d-]*(?:`{3,}|~{3,})[ \t]*headwater\b/im;

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): { extendMarkdownIt: ReturnType<typeof extendMarkdownIt> } {
  const log = vscode.window.createOutputChannel('Headwater', { log: true });
  const status = new Status();
  const results = new Results(RUNBOOKS);
  const started = new Server(context.extension, log, [...RUNBOOKS, CONFIGURATION], results, status, (command, args) =>
    execute(started, results, (said, about) => panel.said(said, about), command, args),
  );
  server = started;
  const panel: Panel = new Panel(context.extensionUri, results, (command, args) => ask(started, command, args, (said, about) => panel.said(said, about)));
  let fallbacks: vscode.Disposable | undefined;
  let asked = false;
  let described: boolean | undefined;

  const change = async (how: 'start' | 'restart'): Promise<void> => {
    asked = true;
    // The client registers the server's commands under the same names.
    fallbacks?.dispose();
    fallbacks = undefined;
    try {
      await started[how]();
    } catch (error) {
      log.error(String(error));
    }
    if (started.problem) {
      fallbacks ??= registerFallbacks(() => void explain(started.problem));
      await explain(started.problem);
    }
  };
  // A Markdown file without our fences starts no process.
  const startFor = (document: vscode.TextDocument): void => {
    if (!asked && (isRunbook(document) || vscode.languages.match(CONFIGURATION, document) > 0)) {
      void change('start');
    }
  };
  const describe = (editor: vscode.TextEditor | undefined): void => {
    const runbook = editor !== undefined && isRunbook(editor.document);
    if (runbook === described) {
      return;
    }
    described = runbook;
    void vscode.commands.executeCommand('setContext', 'headwater.runbook', runbook);
  };
  // Pressed before there was a server: it is done as soon as there is one.
  fallbacks = registerFallbacks((command, args) => {
    void change('start').then(() => started.client && vscode.commands.executeCommand(command, ...args));
  });

  context.subscriptions.push(
    log,
    status,
    results,
    panel,
    started,
    { dispose: () => fallbacks?.dispose() },
    results.onChanged(() => status.running(results.running)),
    results.onRunbook((runbook) => status.live(runbook.live)),
    registerExplanations(started),
    registerTyping(),
    refreshPreviews(results),
    vscode.commands.registerCommand('headwater.restartServer', () => change('restart')),
    vscode.commands.registerCommand('headwater.showResults', (...args: unknown[]) => panel.show(meant(args))),
    vscode.commands.registerCommand('headwater.showLog', () => log.show()),
    vscode.commands.registerCommand('headwater.showMenu', showMenu),
    vscode.commands.registerCommand('headwater.openExample', openExample),
    vscode.commands.registerCommand('headwater.showReferences', (uri: string, at: Position, places: Location[]) =>
      showReferences(started, uri, at, places),
    ),
    vscode.window.onDidChangeActiveTextEditor(describe),
    vscode.workspace.onDidOpenTextDocument(startFor),
    vscode.workspace.onDidChangeTextDocument((event) => {
      startFor(event.document);
      // A file becomes a runbook while somebody types.
      if (event.document === vscode.window.activeTextEditor?.document) {
        describe(vscode.window.activeTextEditor);
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => (asked ? change('restart') : undefined)),
    vscode.workspace.onDidChangeConfiguration((event) =>
      asked && (event.affectsConfiguration('headwater') || event.affectsConfiguration('editor.suggest.selectionMode')) ? change('restart') : undefined,
    ),
  );
  vscode.workspace.textDocuments.forEach(startFor);
  describe(vscode.window.activeTextEditor);
  return { extendMarkdownIt: extendMarkdownIt(results) };
}

function isRunbook(document: vscode.TextDocument): boolean {
  return vscode.languages.match(RUNBOOKS, document) > 0 && FENCE.test(document.getText());
}

async function explain(problem: string | undefined): Promise<void> {
  const settings = 'Open Settings';
  const answer = await vscode.window.showErrorMessage(problem ?? 'Headwater is not running.', settings);
  if (answer === settings) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'headwater.path');
  }
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
