// The Markdown preview: what each block shows is put under its text as data, which the preview's script draws.

import * as vscode from 'vscode';

import { type Fences, underFence } from './under-fence.ts';
import type { Results } from './results.ts';

/** The editor loads a preview as a whole to refresh it, behind the one that is shown: so seldom. */
const REFRESH_MS = 2_000;

interface MarkdownIt {
  renderer: { rules: Fences };
}

/** What markdown-it is extended with. */
export function extendMarkdownIt(results: Results): (markdown: MarkdownIt) => MarkdownIt {
  return (markdown) => {
    markdown.renderer.rules.fence = underFence(markdown.renderer.rules.fence, (document, line) => results.at(String(document), line));
    return markdown;
  };
}

/** Renders open previews anew as results come. */
export function refreshPreviews(results: Results): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const changed = results.onChanged(() => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (isShown()) {
        void vscode.commands.executeCommand('markdown.preview.refresh');
      }
    }, REFRESH_MS);
  });
  return vscode.Disposable.from(changed, { dispose: () => clearTimeout(timer) });
}

function isShown(): boolean {
  const active = vscode.window.tabGroups.all.map(({ activeTab }) => activeTab?.input);
  return active.some((input) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('markdown.preview'));
}
