// A small menu at an element: arrow keys move, Enter takes, Escape closes and gives the focus back.

import { make, style } from './dom.ts';

export interface Item {
  label: string;
  /** Why it cannot be taken. */
  disabled?: string;
  take: () => void;
}

let open: { close: (back: boolean) => void } | undefined;

export function closeMenu(): void {
  open?.close(false);
}

export function showMenu(title: string, items: Item[], at: Element): void {
  const place = at.getBoundingClientRect();
  const within = at.closest<HTMLElement>('.hw') ?? document.body;
  open?.close(false);
  const before = document.activeElement;
  const menu = make('div', 'hw-menu', { role: 'menu', 'aria-label': title, tabindex: -1 });
  menu.append(make('div', 'hw-menu-title', { 'aria-hidden': 'true' }, title));
  const buttons = items.map(({ label, disabled, take }) => {
    const button = make('button', '', { type: 'button', role: 'menuitem', tabindex: -1, 'aria-disabled': disabled !== undefined, title: disabled ?? null }, label);
    button.onclick = () => {
      if (disabled === undefined) {
        close(true);
        take();
      }
    };
    return button;
  });
  menu.append(...buttons);

  const close = (back: boolean): void => {
    menu.remove();
    document.removeEventListener('pointerdown', outside, true);
    window.removeEventListener('scroll', away, true);
    open = undefined;
    if (back && before instanceof HTMLElement) {
      before.focus();
    }
  };
  const outside = (event: Event): void => {
    if (!menu.contains(event.target as Node)) {
      close(false);
    }
  };
  // Its place has been scrolled away; a log that runs on elsewhere is none of it.
  const away = (): void => {
    if (at.isConnected && Math.abs(at.getBoundingClientRect().top - place.top) > 40) {
      close(menu.contains(document.activeElement));
    }
  };
  menu.onkeydown = (event) => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      buttons.at(((to % buttons.length) + buttons.length) % buttons.length)?.focus();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      close(true);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener('pointerdown', outside, true);
  window.addEventListener('scroll', away, true);
  open = { close };

  within.append(menu);
  const { offsetWidth, offsetHeight } = menu;
  const left = Math.min(place.left, document.documentElement.clientWidth - offsetWidth - 4);
  const below = place.bottom + offsetHeight + 4 <= window.innerHeight;
  style(menu, 'left', `${Math.max(4, left)}px`);
  style(menu, 'top', `${Math.max(4, below ? place.bottom : place.top - offsetHeight)}px`);
  (buttons.find((button) => button.getAttribute('aria-disabled') !== 'true') ?? menu).focus();
}
