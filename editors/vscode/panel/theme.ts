// The editor says its theme by classes of a page's body; the components read it from the page's root.

export function followEditorTheme(): void {
  follow();
  new MutationObserver(follow).observe(document.body, { attributes: true, attributeFilter: ['class'] });
}

function follow(): void {
  const classes = document.body.classList;
  const contrast = classes.contains('vscode-high-contrast');
  const dark = classes.contains('vscode-dark') || (contrast && !classes.contains('vscode-high-contrast-light'));
  const now = document.documentElement.dataset;
  if (now['theme'] !== (dark ? 'dark' : 'light') || now['contrast'] !== (contrast ? 'more' : 'normal')) {
    now['theme'] = dark ? 'dark' : 'light';
    now['contrast'] = contrast ? 'more' : 'normal';
  }
}
