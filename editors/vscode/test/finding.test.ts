import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { test } from 'node:test';

import { findBinary } from '../src/binary.ts';
import { argumentsAt } from '../src/lenses.ts';

const around = (...programs: string[]) => ({
  platform: 'linux',
  path: ['.', 'bin', '/usr/bin', '/opt/bin'].join(delimiter),
  isProgram: (file: string) => programs.includes(file),
});

test('the setting wins over the PATH', () => {
  assert.deepEqual(findBinary('/own/hw', around('/own/hw', '/usr/bin/headwater')), { program: '/own/hw' });
});

test('the PATH is searched in its order, without its relative folders', () => {
  const programs = ['headwater', 'bin/headwater', '/opt/bin/headwater'];
  assert.deepEqual(findBinary(' ', around(...programs)), { program: '/opt/bin/headwater' });
});

test('a problem says what to do', () => {
  const problem = (setting: string) => Object.values(findBinary(setting, around())).join();
  assert.match(problem(''), /not on the PATH.*headwater\.path/);
  assert.match(problem('/gone'), /headwater\.path names "\/gone"/);
  assert.match(problem('./hw'), /absolute/);
});

const lens = (line: number, command: string, block: string) => ({
  range: { start: { line } },
  command: { command, arguments: [{ block }] },
});
const lenses = [
  lens(20, 'headwater.stopBlock', 'second'),
  lens(20, 'headwater.explainBlock', 'second'),
  lens(3, 'headwater.runBlock', 'first'),
  lens(4, 'references.show', 'not ours'),
];

for (const [line, block] of [[0, 'first'], [3, 'first'], [19, 'first'], [20, 'second'], [90, 'second']] as const) {
  test(`at line ${line} the ${block} block is meant`, () => {
    assert.deepEqual(argumentsAt(lenses, line), [{ block }]);
  });
}

test('a file without blocks has none', () => {
  assert.equal(argumentsAt([], 0), undefined);
});
