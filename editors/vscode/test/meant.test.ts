import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { COMMANDS } from '../src/protocol.ts';
import { type Address, meant } from '../src/meant.ts';

interface Item { command?: string; when?: string }
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  contributes: {
    commands: { command: string }[];
    menus: Record<string, Item[]>;
    keybindings: Item[];
    walkthroughs: { steps: { description: string }[] }[];
  };
};
const { commands, menus, keybindings, walkthroughs } = manifest.contributes;

const file: Address = { scheme: 'file', path: '/a.md', toString: () => 'file:///a.md' };

/** What the editor passes along at each kind of place. */
const PASSED: Record<string, unknown[][]> = {
  commandPalette: [[]],
  keybindings: [[]],
  walkthroughs: [[]],
  'editor/title': [[file], [file, { groupId: 0, editorIndex: 0 }], [{ uri: file }]],
  'editor/context': [[file], [file, { groupId: 0 }]],
  'explorer/context': [[file, [file]]],
  'view/item/context': [[{ uri: file, block: 'slow' }], [{ resourceUri: file }]],
  lens: [['file:///a.md', 'slow'], [{ uri: 'file:///a.md', block: 'slow' }]],
};

test('whatever a place passes along is understood as what it is', () => {
  const understood = (args: unknown[]) => {
    const found = meant(args);
    return found.kind === 'told' ? JSON.stringify(found.args) : found.kind === 'file' ? `${found.address.toString()} ${found.block ?? ''}`.trim() : 'here';
  };
  assert.deepEqual(
    Object.entries(PASSED).map(([place, all]) => [place, ...all.map(understood)]),
    [
      ['commandPalette', 'here'],
      ['keybindings', 'here'],
      ['walkthroughs', 'here'],
      ['editor/title', 'file:///a.md', 'file:///a.md', 'file:///a.md'],
      ['editor/context', 'file:///a.md', 'file:///a.md'],
      ['explorer/context', 'file:///a.md'],
      ['view/item/context', 'file:///a.md slow', 'file:///a.md'],
      ['lens', '["file:///a.md","slow"]', '[{"uri":"file:///a.md","block":"slow"}]'],
    ],
  );
  assert.deepEqual([[null], [undefined], [7], ['slow'], [{}], [{ uri: 3 }]].map(understood), Array(6).fill('here'));
});

test('each command of the manifest is at places that are known, and each of its places names a command', () => {
  const placed = [
    ...Object.entries(menus).flatMap(([place, items]) => items.map(({ command }) => ({ place, command }))),
    ...keybindings.map(({ command }) => ({ place: 'keybindings', command })),
    ...walkthroughs.flatMap(({ steps }) => steps.flatMap(({ description }) => [...description.matchAll(/command:([\w.]+)/g)].map(([, command]) => ({ place: 'walkthroughs', command })))),
  ];
  // The editor's own, by which keys take what it suggests.
  const known = new Set(['runCommands', ...commands.map(({ command }) => command)]);
  assert.deepEqual(placed.filter(({ command }) => !known.has(command ?? '')), [], 'named, but contributed by nobody');
  assert.deepEqual(placed.filter(({ place }) => !(place in PASSED)), [], 'write down in PASSED what the editor passes there');
});

test('each command that the server executes is contributed, or never pressed by hand', () => {
  const contributed = new Set(commands.map(({ command }) => command));
  const rest = Object.values(COMMANDS).filter((command) => !contributed.has(command));
  assert.deepEqual(rest, [COMMANDS.explainCode, COMMANDS.setRoom]);
});
