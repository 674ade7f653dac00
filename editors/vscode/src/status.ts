// The status bar item: how the server is, and how many blocks run. A click opens the menu.

import * as vscode from 'vscode';

export type ServerState = 'off' | 'starting' | 'ready' | 'missing' | 'stopped';

export class Status implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('headwater', vscode.StatusBarAlignment.Left, 50);
  #server: ServerState = 'off';
  #running = 0;
  #live = false;
  #problem = '';

  constructor() {
    this.#item.name = 'Headwater';
    this.#item.command = 'headwater.showMenu';
  }

  server(state: ServerState, problem = ''): void {
    this.#server = state;
    this.#problem = problem;
    this.#draw();
  }

  running(count: number): void {
    if (count !== this.#running) {
      this.#running = count;
      this.#draw();
    }
  }

  /** Blocks of the runbook run again as their text changes. */
  live(live: boolean): void {
    if (live !== this.#live) {
      this.#live = live;
      this.#draw();
    }
  }

  dispose(): void {
    this.#item.dispose();
  }

  #draw(): void {
    if (this.#server === 'off') {
      this.#item.hide();
      return;
    }
    const [icon, words] = this.#words();
    this.#item.text = `$(${icon}) ${words}`;
    const trusted = vscode.workspace.isTrusted ? '' : '\n\nThis workspace is not trusted: blocks are analysed, not run.';
    this.#item.tooltip = `Headwater${this.#problem ? `: ${this.#problem}` : ''}${trusted}`;
    const broken = this.#server === 'missing' || this.#server === 'stopped';
    this.#item.backgroundColor = broken ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.show();
  }

  #words(): [string, string] {
    switch (this.#server) {
      case 'off':
      case 'starting':
        return ['loading~spin', 'Headwater'];
      case 'missing':
        return ['warning', 'Headwater: not installed'];
      case 'stopped':
        return ['warning', 'Headwater: stopped'];
      case 'ready':
        return this.#running > 0
          ? ['pulse', `Headwater: ${this.#running} running${this.#live ? ', live' : ''}`]
          : ['circle-outline', this.#live ? 'Headwater: live' : 'Headwater'];
    }
  }
}
