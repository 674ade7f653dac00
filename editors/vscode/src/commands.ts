// The commands: the server executes them; here they get the block that is meant and show what comes back.

import * as vscode from 'vscode';
import {
  CodeLensRequest,
  ExecuteCommandRequest,
  type ExecuteCommandSignature,
  type Location,
  type Position,
} from 'vscode-languageclient/node';

import { argumentsAt } from './lenses.ts';
import { COMMANDS, EXPLAIN_SCHEME } from './protocol.ts';
import type { Server } from './server.ts';

const OF_FILES: string[] = [COMMANDS.runAll, COMMANDS.stopAll];
const OF_PLACES: string[] = [COMMANDS.runToHere, COMMANDS.different];
const STARTING_A_RUNNER: string[] = [
  COMMANDS.runBlock,
  COMMANDS.runAll,
  COMMANDS.explainBlock,
  COMMANDS.runToHere,
  COMMANDS.different,
  COMMANDS.follow,
  COMMANDS.runAbove,
  COMMANDS.runBelow,
];

/** Of the results panel: a refusal is its own to show. */
export async function ask(server: Server, command: string, args: Record<string, unknown>): Promise<unknown> {
  if (STARTING_A_RUNNER.includes(command) && !vscode.workspace.isTrusted) {
    await askForTrust();
    return undefined;
  }
  if (!server.client) {
    throw new Error(server.problem ?? 'The language server is not running.');
  }
  const answer: unknown = await server.client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [args] });
  if (typeof answer === 'string') {
    await showExplanation(answer);
  }
  return answer;
}

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
    if (typeof answer === 'string') {
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
  if (OF_PLACES.includes(command)) {
    const position = server.client.code2ProtocolConverter.asPosition(editor.selection.active);
    return [{ uri: textDocument.uri, position }];
  }
  if (command === COMMANDS.follow) {
    return followed(textDocument.uri);
  }
  const lenses = await server.client.sendRequest(CodeLensRequest.type, { textDocument });
  return argumentsAt(lenses ?? [], editor.selection.active.line);
}

/** From the palette: which field, and which of its values. */
async function followed(uri: string): Promise<unknown[] | undefined> {
  const field = await vscode.window.showInputBox({ title: 'Follow', prompt: 'The field, e.g. customer.id' });
  const value = field && (await vscode.window.showInputBox({ title: `Follow ${field}`, prompt: 'Its value' }));
  return field && value ? [{ uri, field, value }] : undefined;
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

async function showExplanation(text: string): Promise<void> {
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

/** A link of a diagnostic opens the page about its code. */
async function explainedCode(server: Server, uri: vscode.Uri): Promise<string | undefined> {
  const code = /^\/codes\/([a-z-]+)\.md$/.exec(uri.path)?.[1];
  if (!code || !server.client) {
    return undefined;
  }
  const answer: unknown = await server.client.sendRequest(ExecuteCommandRequest.type, {
    command: COMMANDS.explainCode,
    arguments: [{ uri: uri.toString(), code }],
  });
  return typeof answer === 'string' ? answer : undefined;
}

export function registerExplanations(server: Server): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(EXPLAIN_SCHEME, {
    onDidChange: explained.event,
    provideTextDocumentContent: async (uri) => explanations.get(uri.toString()) ?? (await explainedCode(server, uri)) ?? '',
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
