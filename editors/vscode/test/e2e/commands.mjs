// Presses every contributed command through each of its places: the palette, the title bar, the context menu, lenses and
// keys. None may fail; where something is missing (a value, a parameter) the editor asks for it, and that is closed again.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { launch, lens, openRunbook, report, trust } from './start.mjs';

const [address, runbook, picture] = process.argv.slice(2);
const { browser, page } = await launch({ width: 1640, height: 1000 });
const { commands, menus, keybindings } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).contributes;
const titleOf = (command) => commands.find((known) => known.command === command).title;
const pressed = [];

/** Waits until what was pressed has been done: the editor is quiet, and says nothing that is wrong. */
async function fine(how) {
  await page.waitForTimeout(400);
  const said = await page.locator('.notification-toast').allInnerTexts();
  const wrong = said.filter((text) => /missing field|expected the arguments|failed|error|cannot|not found/i.test(text));
  assert.deepEqual(wrong, [], how);
  // What was asked for in turn is not answered.
  for (let turn = 0; turn < 3 && (await page.locator('.quick-input-widget:visible').count()) > 0; turn += 1) {
    await page.keyboard.press('Escape');
  }
  for (const toast of await page.locator('.notification-toast .codicon-notifications-clear').all()) {
    await toast.click({ timeout: 1_000 }).catch(() => undefined);
  }
  pressed.push(how);
}

/** Of the last block's filter, from 1: there are blocks above it. */
const FILTER = readFileSync(runbook, 'utf8').split('\n').findLastIndex((line) => line.startsWith('| where')) + 1;

/** The cursor there, in the runbook's own editor. By keys: lines with live results in them are drawn anew all the time. */
async function inBlock() {
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: /\.md/ }).first().click();
  await page.keyboard.press('Control+g');
  await page.locator('.quick-input-widget:visible').waitFor();
  await page.keyboard.type(`:${FILTER}:8`.slice(1));
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

async function palette(command) {
  await inBlock();
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input[type=text]').first();
  await input.waitFor();
  await page.keyboard.type(`Headwater: ${titleOf(command)}`);
  // Others may be called much the same.
  await page.locator(`.quick-input-list .monaco-list-row[aria-label^="Headwater: ${titleOf(command)}"]`).first().click();
  await fine(`palette: ${titleOf(command)}`);
}

async function context(command) {
  await inBlock();
  await page.locator('.view-line', { hasText: /\|\swhere/ }).last().click({ button: 'right', force: true });
  await page.locator('.monaco-menu .action-label', { hasText: titleOf(command) }).first().click();
  await fine(`context menu: ${titleOf(command)}`);
}

const KEYS = { ctrl: 'Control', alt: 'Alt', shift: 'Shift', enter: 'Enter', backspace: 'Backspace' };
/** Restarting ends what the others need; the menu is the status bar's. */
const LAST = ['headwater.restartServer'];
const hidden = new Set(menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command));

await report(browser, page, picture, async (ok) => {
  await openRunbook(page, address, runbook);
  await lens(page, 'Run').first().click();
  await trust(page);
  await inBlock();

  for (const { command } of menus['editor/title']) {
    await page.locator('.editor-actions .action-label[aria-label*="' + titleOf(command) + '"], .title-actions .action-label[aria-label*="' + titleOf(command) + '"]').first().click();
    await fine(`title: ${titleOf(command)}`);
    await inBlock();
  }
  await page.locator('.statusbar-item', { hasText: 'running' }).waitFor();
  ok('each icon of the title bar does what it says, on the file that it is above');

  for (const title of ['Stop', 'Run', 'Results', 'Explain']) {
    await lens(page, title).first().click();
    await fine(`lens: ${title}`);
  }
  ok('each lens');

  for (const { command, key } of keybindings) {
    await inBlock();
    await page.keyboard.press(key.split('+').map((part) => KEYS[part] ?? part).join('+'));
    await fine(`key: ${titleOf(command)}`);
  }
  ok('each key');

  for (const { command } of menus['editor/context']) {
    await context(command);
  }
  ok('each entry of the context menu');

  const all = commands.map(({ command }) => command).filter((command) => !hidden.has(command));
  for (const command of [...all.filter((command) => !LAST.includes(command)), ...LAST]) {
    await palette(command);
  }
  ok(`each of ${all.length} commands in the palette`);
  await page.screenshot({ path: picture });
  console.log(pressed.map((how) => `     ${how}`).join('\n'));
});
