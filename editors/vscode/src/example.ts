// A runbook to begin with, over the built-in simulated shop.

import * as vscode from 'vscode';

const EXAMPLE = `# Which region has the errors?

Press *Run* above a block. The sources \`spans\`, \`logs\` and \`metrics\` are a simulated shop.

\`\`\`headwater name=errors
spans
| where kind == "server" and status == "error"
| summarize errors = count() by cloud.region, bin(timestamp, 10s)
| render timechart
\`\`\`

## The slowest requests just now

\`\`\`headwater name=slow
spans
| where kind == "server" and duration > 500ms
| project timestamp, service.name, duration, customer.id, cloud.region
| tail 20
\`\`\`
`;

export async function openExample(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: EXAMPLE });
  await vscode.window.showTextDocument(document);
}
