// The language server's life: started with the first runbook, restarted when trust or settings change.

import * as vscode from 'vscode';
import { type ExecuteCommandSignature, LanguageClient, State } from 'vscode-languageclient/node';

import { findBinary, versionOf, versionProblem } from './binary.ts';
import { type BlockResults, CODE_LINKS, RESULTS, RUNBOOK, type Runbook } from './protocol.ts';
import type { Results } from './results.ts';
import type { Status } from './status.ts';
import { selectsNothing } from './typing.ts';

/** What stands between a command and the server. */
export type Middleware = (command: string, args: unknown[], next: ExecuteCommandSignature) => Promise<unknown>;

export class Server implements vscode.Disposable {
  readonly #version: string;
  readonly #bundled: string;
  readonly #log: vscode.LogOutputChannel;
  readonly #selector: vscode.DocumentSelector;
  readonly #results: Results;
  readonly #status: Status;
  readonly #middleware: Middleware;
  #client: LanguageClient | undefined;
  /** One change at a time, in the order they were asked for. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Why there is no server; undefined while there is one or none was asked for. */
  problem: string | undefined;

  constructor(extension: vscode.Extension<unknown>, log: vscode.LogOutputChannel, selector: vscode.DocumentSelector, results: Results, status: Status, middleware: Middleware) {
    this.#version = String((extension.packageJSON as { version?: unknown }).version);
    this.#bundled = vscode.Uri.joinPath(extension.extensionUri, 'bin').fsPath;
    this.#log = log;
    this.#selector = selector;
    this.#results = results;
    this.#status = status;
    this.#middleware = middleware;
  }

  get client(): LanguageClient | undefined {
    return this.#client;
  }

  start(): Promise<void> {
    return this.#enqueue(() => this.#start());
  }

  restart(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  stop(): Promise<void> {
    return this.#enqueue(() => this.#stop());
  }

  dispose(): void {
    void this.stop();
  }

  #enqueue(change: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(change);
    this.#queue = done.catch((error: unknown) => this.#log.error(String(error)));
    return done;
  }

  async #start(): Promise<void> {
    if (this.#client) {
      return;
    }
    const settings = vscode.workspace.getConfiguration('headwater');
    const found = findBinary(settings.get<string>('path', ''), this.#bundled);
    if ('problem' in found) {
      this.problem = found.problem;
      this.#log.error(found.problem);
      this.#status.server('missing', found.problem);
      return;
    }
    this.problem = undefined;
    this.#status.server('starting');
    this.#log.info(`starting ${found.program} lsp`);
    const client = new LanguageClient(
      'headwater',
      'Headwater',
      { command: found.program, args: ['lsp'] },
      {
        documentSelector: this.#selector as [],
        outputChannel: this.#log,
        initializationOptions: {
          results: true,
          rows: 1_000,
          live: settings.get<boolean>('live', false),
          showReferences: true,
          showResults: true,
          views: true,
          selectsNothing: selectsNothing(),
          openPlaces: true,
          trusted: vscode.workspace.isTrusted,
          codeLinks: CODE_LINKS,
          runner: settings.get<string>('runner', '').trim() || null,
        },
        middleware: { executeCommand: this.#middleware },
      },
    );
    client.onNotification(RESULTS, (results: BlockResults) => this.#results.receive(results));
    client.onNotification(RUNBOOK, (runbook: Runbook) => this.#results.receiveRunbook(runbook));
    client.onDidChangeState(({ newState }) => this.#changed(client, newState));
    this.#client = client;
    void this.#compare(found.program);
    try {
      await client.start();
    } catch (error) {
      this.#client = undefined;
      this.problem = `${found.program} lsp did not start: ${String(error)}`;
      this.#status.server('stopped', this.problem);
      throw error;
    }
  }

  /** Beside the start, which does not wait for it. */
  async #compare(program: string): Promise<void> {
    try {
      const problem = versionProblem(this.#version, program, await versionOf(program));
      if (problem) {
        this.#log.warn(problem);
        void vscode.window.showWarningMessage(problem);
      }
    } catch (error) {
      this.#log.warn(`${program} --version: ${String(error)}`);
    }
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#results.clear();
    // One that has died cannot be asked to end.
    await client?.dispose().catch((error: unknown) => this.#log.warn(String(error)));
  }

  #changed(client: LanguageClient, state: State): void {
    if (client !== this.#client) {
      return;
    }
    if (state === State.Running) {
      this.#status.server('ready');
    } else if (state === State.Starting) {
      this.#status.server('starting');
    } else {
      this.#results.clear();
      this.#status.server('stopped', 'the language server has ended; see the log');
    }
  }
}
