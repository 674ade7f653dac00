// What typing in a block needs of the editor: lists that take nothing by themselves, and the next one where an item
// has left an open place. The keys are in package.json; `headwater.inBlock` says where they hold.

import * as vscode from 'vscode';

import { inBlock } from './fences.ts';

/** Whether a list that came by itself has nothing focused, as our defaults have it; a user may choose otherwise. */
export function selectsNothing(): boolean {
  const editor = vscode.workspace.getConfiguration('editor', { languageId: 'markdown' });
  return editor.get<string>('suggest.selectionMode') === 'never';
}

export function registerTyping(): vscode.Disposable {
  let known: boolean | undefined;
  const tell = (editor: vscode.TextEditor | undefined): void => {
    const document = editor?.document;
    const inside =
      document?.languageId === 'markdown' && inBlock((line) => document.lineAt(line).text, editor?.selection.active.line ?? 0);
    if (inside !== known) {
      known = inside;
      void vscode.commands.executeCommand('setContext', 'headwater.inBlock', inside);
    }
  };
  tell(vscode.window.activeTextEditor);
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(tell),
    vscode.window.onDidChangeTextEditorSelection((event) => {
      if (event.textEditor === vscode.window.activeTextEditor) {
        tell(event.textEditor);
      }
    }),
    vscode.commands.registerCommand('headwater.openPlace', async () => {
      // As if it had come by itself: nothing is focused.
      await vscode.commands.executeCommand('editor.action.triggerSuggest', { auto: true });
      await vscode.commands.executeCommand('editor.action.triggerParameterHints');
    }),
  );
}
