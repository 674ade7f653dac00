// What the components ask of the page's owner: an editor's webview, its Markdown preview, or a served page.

export interface Host {
  /**
   * Runs a command of the server (see `COMMANDS`). Where a promise is given back, a refusal is shown where the
   * command was asked for.
   */
  ask(command: string, args: Record<string, unknown>): void | Promise<unknown>;
  copy(text: string): void;
  save(name: string, text: string): void;
  /** Shows the block's text, where there is an editor. */
  reveal?(block: string): void;
  /** The blocks whose cards are on the screen, or nearly, whenever that changes: only their results need to be fresh. */
  seen?(blocks: string[]): void;
}

/** The reason that a refusal carries. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
