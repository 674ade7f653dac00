// Bundles the extension (dist/extension.cjs), the results panel's page and the Markdown preview's script (dist/*.js,
// dist/*.css).
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
    { in: 'preview/main.ts', out: 'preview' },
    { in: 'preview/preview.css', out: 'preview' },
  ],
  outdir: 'dist',
  platform: 'browser',
  format: 'iife',
  target: 'chrome120',
});
