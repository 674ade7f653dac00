// Bundles the extension (dist/extension.cjs) and the results panel's page (dist/panel.js, dist/panel.css).
import { build } from 'esbuild';

const shared = { bundle: true, minify: true, legalComments: 'none' };

await build({
  ...shared,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.cjs',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
});
await build({
  ...shared,
  entryPoints: [
    { in: 'panel/main.ts', out: 'panel' },
    { in: 'panel/panel.css', out: 'panel' },
  ],
  outdir: 'dist',
  platform: 'browser',
  format: 'iife',
  target: 'chrome120',
});
