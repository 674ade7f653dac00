// The commands: the server executes them; here they get the block that is meant and show what comes back.

import * as vscode from 'vscode';
import { CodeLensRequest, type ExecuteCommandSignature, type Location, type Position } from 'vscode-languageclient/node';

import { argumentsAt } from './lenses.ts';
import { COMMANDS } from './protocol.ts';
import type { Server } from './server.ts';

const OF_FILES: string[] = [COMMANDS.runAll, COMMANDS.stopAll];
const STARTING_A_RUNNER: string[] = [COMMANDS.runBlock, COMMANDS.runAll, COMMANDS.explainBlock];
const EXPLAIN_SCHEME = 'headwater-explain';

/** A command from a lens names its block; one from the palette or a key means the block at the cursor. */
export async function execute(server: Server, command: string, args: unknown[], next: ExecuteCommandSignature): Promise<unknown> {
  if (STARTING_A_RUNNER.includes(command) && !vscode.workspace.isTrusted) {
    await askForTrust();
    return undefined;
  }
  const full = args.length > 0 ? args : await argumentsHere(server, command);
  if (!full) {
    void vscode.window.showInformationMessage('There is no Headwater block in this file.');
    return undefined;
  }
  try {
    const answer: unknown = await next(command, full);
    if (command === COMMANDS.explainBlock) {
      await showExplanation(answer);
    }
    return answer;
  } catch (error) {
    // The server's own words; left to the editor, it would only say that a command has failed.
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function argumentsHere(server: Server, command: string): Promise<unknown[] | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !server.client) {
    return undefined;
  }
  const textDocument = server.client.code2ProtocolConverter.asTextDocumentIdentifier(editor.document);
  if (OF_FILES.includes(command)) {
    return [{ uri: textDocument.uri }];
  }
  const lenses = await server.client.sendRequest(CodeLensRequest.type, { textDocument });
  return argumentsAt(lenses ?? [], editor.selection.active.line);
}

async function askForTrust(): Promise<void> {
  const manage = 'Manage Trust';
  const answer = await vscode.window.showWarningMessage('Blocks can be run only in a trusted workspace.', manage);
  if (answer === manage) {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }
}

/** What explanations say, by the address of the document that shows each. */
const explanations = new Map<string, string>();
const explained = new vscode.EventEmitter<vscode.Uri>();

async function showExplanation(answer: unknown): Promise<void> {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2);
  const uri = vscode.Uri.from({ scheme: EXPLAIN_SCHEME, path: 'plan.md' });
  explanations.set(uri.toString(), text);
  explained.fire(uri);
  await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
}

/** Of the server's lens: its places are the protocol's, the editor's command wants the editor's own. */
export function showReferences(server: Server, uri: string, at: Position, places: Location[]): Thenable<unknown> | undefined {
  const convert = server.client?.protocol2CodeConverter;
  if (!convert) {
    return undefined;
  }
  const locations = places.map((place) => convert.asLocation(place));
  return vscode.commands.executeCommand('editor.action.showReferences', convert.asUri(uri), convert.asPosition(at), locations);
}

export function registerExplanations(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(EXPLAIN_SCHEME, {
    onDidChange: explained.event,
    provideTextDocumentContent: (uri) => explanations.get(uri.toString()) ?? '',
  });
}

/** Without a server the commands say why there is none. They make way for the server's own as it starts. */
export function registerFallbacks(explain: () => void): vscode.Disposable {
  return vscode.Disposable.from(...Object.values(COMMANDS).map((command) => vscode.commands.registerCommand(command, explain)));
}

export async function showMenu(): Promise<void> {
  const items = [
    { label: '$(run-all) Run all blocks', command: COMMANDS.runAll },
    { label: '$(debug-stop) Stop all blocks', command: COMMANDS.stopAll },
    { label: '$(graph-line) Show results', command: 'headwater.showResults' },
    { label: '$(output) Show log', command: 'headwater.showLog' },
    { label: '$(debug-restart) Restart language server', command: 'headwater.restartServer' },
  ];
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Headwater' });
  if (chosen) {
    await vscode.commands.executeCommand(chosen.command);
  }
}
