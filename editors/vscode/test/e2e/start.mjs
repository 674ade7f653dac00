// What every run in the browser begins with: Chromium, the runbook in VS Code, and a workspace that is trusted.

import { createRequire } from 'node:module';

const { chromium } = createRequire(`${process.env.PLAYWRIGHT}/`)('playwright-core');
const TIMEOUT = 30_000;

export async function launch(viewport) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
      '--disable-background-networking', '--disable-component-update'],
  });
  const page = await browser.newPage({ viewport, deviceScaleFactor: 1.3 });
  page.setDefaultTimeout(TIMEOUT);
  return { browser, page };
}

export async function openRunbook(page, address, runbook) {
  const file = `vscode-remote://${address}${runbook}`;
  const folder = runbook.slice(0, runbook.lastIndexOf('/'));
  await page.goto(`http://${address}/?folder=${folder}&payload=${encodeURIComponent(JSON.stringify([['openFile', file]]))}`);
  await page.locator('.monaco-workbench .view-line').first().waitFor();
}

/** Answers the question that pressing Run asks first. */
export async function trust(page) {
  await page.getByRole('button', { name: 'Manage Trust' }).click();
  await page.getByRole('button', { name: 'Trust', exact: true }).first().click();
  await page.getByText('You trust this folder').first().waitFor();
  await page.locator('.monaco-modal-editor-block').getByRole('button', { name: /^Close/ }).last().click();
  await page.locator('.monaco-modal-editor-block').waitFor({ state: 'detached' });
  // Trust restarts the server.
  await page.locator('.statusbar-item .codicon-circle-outline').waitFor();
  await page.keyboard.press('Control+b');
}

export const lens = (page, title) => page.locator('.codelens-decoration a', { hasText: title });

/** Says what passed, and at the end how much; a failure leaves a picture. */
export async function report(browser, page, picture, steps) {
  let passed = 0;
  const ok = (what) => {
    passed += 1;
    console.log(`ok   ${what}`);
  };
  try {
    await steps(ok);
    console.log(`${passed} passed, 0 failed`);
  } catch (error) {
    console.log(`FAIL ${error.message}`);
    console.log(`${passed} passed, 1 failed`);
    await page.screenshot({ path: picture.replace(/\.png$/, '-failed.png') }).catch(() => undefined);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}
