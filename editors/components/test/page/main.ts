// The page that the browser's tests drive: a board whose host writes down what it is asked for.

import { Board, Card, type BlockResults, type Runbook } from '../../src/index.ts';

interface Asked {
  command: string;
  args: Record<string, unknown>;
}

declare global {
  interface Window {
    asked: Asked[];
    copied: string[];
    saved: { name: string; text: string }[];
    violations: string[];
    /** The next command is refused for this reason. */
    refuse: string | undefined;
    runbook(of: Runbook): void;
    results(of: BlockResults): void;
    /** A card in a page of text. */
    alone(of: BlockResults): void;
    /** A new board. */
    begin(): void;
    board: Board;
  }
}

window.asked = [];
window.copied = [];
window.saved = [];
window.violations = [];
window.addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
window.addEventListener('error', (event) => window.violations.push(event.message));

window.begin = () => {
  window.board = new Board(document.body, {
    ask: (command, args) => {
      window.asked.push({ command, args });
      const why = window.refuse;
      window.refuse = undefined;
      return why === undefined ? Promise.resolve() : Promise.reject(new Error(why));
    },
    copy: (text) => void window.copied.push(text),
    save: (name, text) => void window.saved.push({ name, text }),
  });
};
window.runbook = (of) => window.board.runbook(of);
window.results = (of) => window.board.results(of);
window.alone = (of) => {
  const nothing = (): void => undefined;
  new Card(document.body, { ask: nothing, copy: nothing, save: nothing }, { bare: true }).results(of);
};
window.begin();
