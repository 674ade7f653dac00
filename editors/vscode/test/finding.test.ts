import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { test } from 'node:test';

import { findBinary as find, versionProblem } from '../src/binary.ts';
import { argumentsAt } from '../src/lenses.ts';

const BUNDLED = '/extension/bin';
const findBinary = (setting: string, ...rest: [Parameters<typeof find>[2]]) => find(setting, BUNDLED, ...rest);

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
  assert.match(problem(''), /not installed.*cargo install.*headwater\.path/);
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

test('the program that came with the extension is taken before the one on the PATH, and after the setting', () => {
  const programs = around('/extension/bin/headwater', '/usr/bin/headwater', '/own/hw');
  assert.deepEqual(findBinary('', programs), { program: '/extension/bin/headwater' });
  assert.deepEqual(findBinary('/own/hw', programs), { program: '/own/hw' });
});

test('versions that do not fit together are named with what to do', () => {
  assert.equal(versionProblem('0.1.0', '/hw', 'headwater 0.1.7\n'), undefined);
  assert.equal(versionProblem('1.2.0', '/hw', 'headwater 1.9.0'), undefined);
  assert.match(versionProblem('0.1.0', '/hw', 'headwater 0.2.0') ?? '', /of Headwater 0\.1\.0, and \/hw is 0\.2\.0.*install the same version/);
  assert.match(versionProblem('0.1.0', '/hw', 'water heater v9') ?? '', /said "water heater v9".*headwater\.path/);
});
