// The commands: the server executes them; here they get the block that is meant and show what comes back.

import * as vscode from 'vscode';
import {
  CodeLensRequest,
  ExecuteCommandRequest,
  type Location,
  type Position,
} from 'vscode-languageclient/node';

import { argumentsAt } from './lenses.ts';
import { type Meant, meant } from './meant.ts';
import { COMMANDS, EXPLAIN_SCHEME, type Param, type Runbook, type Said, isSaid } from './protocol.ts';
import type { Results } from './results.ts';
import type { Server } from './server.ts';

const OF_FILES: string[] = [COMMANDS.runAll, COMMANDS.stopAll];
const UTC = 'UTC';
const OF_PLACES: string[] = [COMMANDS.runToHere, COMMANDS.different];
const ASKING: string[] = [COMMANDS.follow, COMMANDS.filter, COMMANDS.setParam];
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
export async function ask(server: Server, command: string, args: Record<string, unknown>, explain: (said: Said, about: Meant) => void): Promise<unknown> {
  if (STARTING_A_RUNNER.includes(command) && !vscode.workspace.isTrusted) {
    await askForTrust();
    return undefined;
  }
  if (!server.client) {
    throw new Error(server.problem ?? 'The language server is not running.');
  }
  const answer: unknown = await server.client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [args] });
  if (isSaid(answer)) {
    explain(answer, { kind: 'told', args: [args] });
  }
  return answer;
}

/** A command from a lens names its block; one from anywhere else means the block at the cursor. */
export async function execute(server: Server, results: Results, explain: (said: Said, about: Meant) => void, command: string, args: unknown[]): Promise<unknown> {
  if (STARTING_A_RUNNER.includes(command) && !vscode.workspace.isTrusted) {
    await askForTrust();
    return undefined;
  }
  const about = meant(args);
  const full = about.kind === 'told' ? about.args : await argumentsHere(server, results, command, about);
  if (!full) {
    // Who was asked for a value and gave none has changed their mind.
    if (!ASKING.includes(command)) {
      void vscode.window.showInformationMessage('There is no Headwater block in this file.');
    }
    return undefined;
  }
  try {
    // Not by the client's own hand, which would show its own words for a refusal beside the server's.
    const answer: unknown = await server.client?.sendRequest(ExecuteCommandRequest.type, { command, arguments: full });
    if (isSaid(answer)) {
      explain(answer, about);
    }
    return answer;
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** The file that is meant, and where its cursor is. Where a page of ours has the focus, it is the runbook beside it. */
async function placeOf(about: Meant): Promise<{ document: vscode.TextDocument; at: vscode.Position } | undefined> {
  const active = vscode.window.activeTextEditor;
  const editors = [...(active ? [active] : []), ...vscode.window.visibleTextEditors];
  const address = about.kind === 'file' ? about.address.toString() : undefined;
  const editor = editors.find(({ document }) => (address === undefined ? document.uri.scheme !== EXPLAIN_SCHEME : document.uri.toString() === address));
  if (editor) {
    return { document: editor.document, at: editor.selection.active };
  }
  const document = address === undefined ? undefined : await vscode.workspace.openTextDocument(vscode.Uri.parse(address));
  return document && { document, at: new vscode.Position(0, 0) };
}

async function argumentsHere(server: Server, results: Results, command: string, about: Meant): Promise<unknown[] | undefined> {
  const client = server.client;
  const place = client && (await placeOf(about));
  if (!place) {
    return undefined;
  }
  const { document, at } = place;
  const textDocument = client.code2ProtocolConverter.asTextDocumentIdentifier(document);
  const blockHere = async () => {
    if (about.kind === 'file' && about.block !== undefined) {
      return [{ uri: textDocument.uri, block: about.block }];
    }
    const lenses = await client.sendRequest(CodeLensRequest.type, { textDocument });
    return argumentsAt(lenses ?? [], at.line);
  };
  if (OF_FILES.includes(command)) {
    return [{ uri: textDocument.uri }];
  }
  if (OF_PLACES.includes(command)) {
    return [{ uri: textDocument.uri, position: client.code2ProtocolConverter.asPosition(at) }];
  }
  switch (command) {
    case COMMANDS.follow:
      return followed(textDocument.uri);
    case COMMANDS.filter:
      return filtered(textDocument.uri, await blockHere());
    case COMMANDS.setParam:
      return chooseParam(textDocument.uri, results.runbook(document.uri));
    case COMMANDS.setLive:
      return [{ uri: textDocument.uri, live: !results.runbook(document.uri)?.live }];
    case COMMANDS.setZone:
      return [{ uri: textDocument.uri, zone: results.runbook(document.uri)?.zone === UTC ? 'local' : UTC }];
    case COMMANDS.explainCode:
      return undefined;
  }
  return blockHere();
}

/** From the palette: which field, and which of its values. */
async function followed(uri: string): Promise<unknown[] | undefined> {
  const field = await vscode.window.showInputBox({ title: 'Follow', prompt: 'The field, e.g. customer.id' });
  const value = field && (await vscode.window.showInputBox({ title: `Follow ${field}`, prompt: 'Its value' }));
  return field && value ? [{ uri, field, value }] : undefined;
}

async function filtered(uri: string, block: unknown[] | undefined): Promise<unknown[] | undefined> {
  const named = block?.[0];
  const name = typeof named === 'object' && named !== null && 'block' in named ? named.block : block?.[1];
  const field = await vscode.window.showInputBox({ title: 'Filter', prompt: 'The field, e.g. cloud.region' });
  const value = field && (await vscode.window.showInputBox({ title: `Filter ${field}`, prompt: 'A value that the block shows' }));
  return field && value ? [{ uri, block: name, field, value }] : undefined;
}

/** Which parameter, and what it is to be; an empty text is its default again. */
async function chooseParam(uri: string, runbook: Runbook | undefined): Promise<unknown[] | undefined> {
  const params = runbook?.params ?? [];
  if (params.length === 0) {
    void vscode.window.showInformationMessage('This runbook has no parameters. They are declared in its front matter, under `params:`.');
    return undefined;
  }
  const items = params.map((param) => ({
    label: param.name,
    description: `${param.value ?? 'no value'}${param.set ? ' (set)' : ''}`,
    detail: [param.type, param.doc].filter(Boolean).join(' · '),
    param,
  }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Which parameter?', matchOnDetail: true });
  const value = chosen && (await chooseValue(chosen.param));
  return chosen && value !== undefined ? [{ uri, field: chosen.param.name, value: value === '' ? null : value }] : undefined;
}

async function chooseValue(param: Param): Promise<string | undefined> {
  if (param.choices.length === 0) {
    const prompt = `A ${param.type}. Empty for the default${param.default === null ? '' : `, ${param.default}`}.`;
    return vscode.window.showInputBox({ title: param.name, prompt, value: param.value ?? '' });
  }
  const other = 'Another value…';
  const choices = [...param.choices, ...(param.default === null ? [] : [`Default (${param.default})`]), ...(param.type === 'bool' ? [] : [other])];
  const chosen = await vscode.window.showQuickPick(choices, { placeHolder: param.name });
  if (chosen === other) {
    return chooseValue({ ...param, choices: [] });
  }
  return chosen?.startsWith('Default (') && !param.choices.includes(chosen) ? '' : chosen;
}

async function askForTrust(): Promise<void> {
  const manage = 'Manage Trust';
  const answer = await vscode.window.showWarningMessage('Blocks can be run only in a trusted workspace.', manage);
  if (answer === manage) {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }
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
    provideTextDocumentContent: async (uri) => (await explainedCode(server, uri)) ?? '',
  });
}

/** Without a server the commands start one, or say why there is none. They make way for the server's own as it starts. */
export function registerFallbacks(instead: (command: string, args: unknown[]) => void): vscode.Disposable {
  const register = (command: string) => vscode.commands.registerCommand(command, (...args: unknown[]) => instead(command, args));
  return vscode.Disposable.from(...Object.values(COMMANDS).map(register));
}

export async function showMenu(): Promise<void> {
  const items = [
    { label: '$(run-all) Run all blocks', command: COMMANDS.runAll },
    { label: '$(debug-stop) Stop all blocks', command: COMMANDS.stopAll },
    { label: '$(sync) Live mode on or off', command: COMMANDS.setLive },
    { label: '$(symbol-parameter) Set a parameter', command: COMMANDS.setParam },
    { label: '$(graph-line) Show results', command: 'headwater.showResults' },
    { label: '$(output) Show log', command: 'headwater.showLog' },
    { label: '$(debug-restart) Restart language server', command: 'headwater.restartServer' },
  ];
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Headwater' });
  if (chosen) {
    await vscode.commands.executeCommand(chosen.command);
  }
}
