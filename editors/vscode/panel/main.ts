// The results panel's page: a board of the runbook's blocks, whose host is the extension.

import { Board, type Host } from '../../components/src/index.ts';
import type { FromPage, ToPage } from './messages.ts';
import { Keeper, type Kept, before } from './kept.ts';
import { followEditorTheme } from './theme.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void; getState(): unknown; setState(state: Kept): void };

const editor = acquireVsCodeApi();
const keeper = new Keeper((kept) => editor.setState(kept));
/** What was shown before the window was opened anew, for blocks that have not run since. */
const old = before(editor.getState());
const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
let asked = 0;

const host: Host = {
  ask: (command, args) =>
    new Promise<void>((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject });
      editor.postMessage({ kind: 'ask', id: asked, command, args });
    }),
  copy: (text) => editor.postMessage({ kind: 'copy', text }),
  save: (name, text) => editor.postMessage({ kind: 'save', name, text }),
  reveal: (block) => editor.postMessage({ kind: 'reveal', block }),
  seen: (blocks) => editor.postMessage({ kind: 'seen', blocks }),
};

followEditorTheme();

let board = new Board(document.body, host);

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  switch (data.kind) {
    case 'runbook':
      board.runbook(data.runbook);
      keeper.runbook(data.runbook);
      if (old?.uri === data.runbook.uri) {
        const idle = new Set(data.runbook.blocks.filter(({ state }) => state === 'idle').map(({ block }) => block));
        old.results.splice(0).filter(({ block }) => idle.has(block)).forEach((results) => board.results(results));
      }
      break;
    case 'results':
      data.results.forEach((results) => {
        board.results(results);
        keeper.put(results);
      });
      // Behind the board's own drawing in the same frame.
      requestAnimationFrame(() => editor.postMessage({ kind: 'drawn' }));
      break;
    case 'clear':
      board.dispose();
      board = new Board(document.body, host);
      break;
    case 'said':
      board.said(data.said);
      break;
    case 'focus':
      board.focus(data.block);
      break;
    case 'answer': {
      const request = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.refused === null) {
        request?.resolve();
      } else {
        request?.reject(new Error(data.refused));
      }
    }
  }
});

editor.postMessage({ kind: 'ready' });
