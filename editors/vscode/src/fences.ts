// Where a document's blocks of ours are, as far as keys depend on it. Knows nothing of VS Code.

const FENCE = /^[ \t>*+.\d-]*(`{3,}|~{3,})[ \t]*(\S*)/;

/** The line is within a block of ours, its fences not included. */
export function inBlock(lineAt: (line: number) => string, line: number): boolean {
  let open: string | undefined;
  let ours = false;
  for (let at = 0; at <= line; at += 1) {
    const text = lineAt(at);
    // Most lines have none, and this is asked at every key.
    const found = text.includes('```') || text.includes('~~~') ? FENCE.exec(text) : null;
    const [, marks = '', info = ''] = found ?? [];
    if (found && open === undefined) {
      open = marks;
      ours = info.toLowerCase() === 'headwater';
    } else if (found && open !== undefined && marks.startsWith(open) && info === '') {
      open = undefined;
    } else {
      continue;
    }
    if (at === line) {
      return false;
    }
  }
  return open !== undefined && ours;
}
