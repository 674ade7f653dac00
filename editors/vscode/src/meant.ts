// What a command is about, by what the place that it was pressed at passes along: nothing (palette, key), the address
// of a file (title bar, explorer, tab), what the server wrote into a lens, or an item of a tree. It knows no editor.

/** As the editor's own addresses are: objects, where the server's are texts. */
export interface Address {
  readonly scheme: string;
  readonly path: string;
  toString(): string;
}

export type Meant =
  /** The server's own words, which go back to it as they are. */
  | { kind: 'told'; args: unknown[] }
  /** The file, at its cursor; perhaps one block of it. */
  | { kind: 'file'; address: Address; block?: string | undefined }
  /** What the cursor is in. */
  | { kind: 'here' };

export function meant(args: readonly unknown[]): Meant {
  const first = args[0];
  if (typeof first === 'string') {
    return /^[a-z][\w+.-]*:/i.test(first) ? { kind: 'told', args: [...args] } : { kind: 'here' };
  }
  if (isAddress(first)) {
    return { kind: 'file', address: first };
  }
  if (typeof first !== 'object' || first === null) {
    return { kind: 'here' };
  }
  const { uri, resourceUri, block } = first as { uri?: unknown; resourceUri?: unknown; block?: unknown };
  if (typeof uri === 'string') {
    return { kind: 'told', args: [first] };
  }
  const address = isAddress(uri) ? uri : isAddress(resourceUri) ? resourceUri : undefined;
  return address ? { kind: 'file', address, block: typeof block === 'string' ? block : undefined } : { kind: 'here' };
}

function isAddress(value: unknown): value is Address {
  return typeof value === 'object' && value !== null && 'scheme' in value && 'path' in value && typeof value.scheme === 'string' && typeof value.path === 'string';
}
