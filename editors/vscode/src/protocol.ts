// What the server says, as the components draw it, and what only this editor needs of it.

export * from '../../components/src/protocol.ts';

export const EXPLAIN_SCHEME = 'headwater-explain';

/** Where the page about a finding's code is; the server puts the code in. */
export const CODE_LINKS = `${EXPLAIN_SCHEME}:/codes/{code}.md`;
