// A runbook's parameters as a form. The server judges a value: a refusal is shown at its field.

import { make, say, set, uniqueId } from './dom.ts';
import { type Host, reason } from './host.ts';
import { icon } from './icons.ts';
import { COMMANDS, type Param } from './protocol.ts';
import { shown, shownLines } from './text.ts';

type Input = HTMLInputElement | HTMLSelectElement;

/** Of a choice: choices are values that occur, and others may be meant. */
const OTHER = '\u0000other';

/** A param's own control, by what fits into it. */
export function controlOf({ type, choices }: Param): 'choice' | 'switch' | 'text' {
  return type === 'bool' ? 'switch' : choices.length > 0 ? 'choice' : 'text';
}

interface Field {
  root: HTMLElement;
  input: Input;
  /** Beside a choice: where another value is written. */
  other: HTMLInputElement | null;
  problem: HTMLElement;
  reset: HTMLButtonElement;
  of: Param;
}

export class Params {
  readonly #root = make('form', 'hw-params', { 'aria-label': 'Parameters', hidden: true });
  readonly #host: Host;
  readonly #fields = new Map<string, Field>();
  #uri = '';

  constructor(parent: HTMLElement, host: Host) {
    this.#host = host;
    this.#root.onsubmit = (event) => event.preventDefault();
    parent.append(this.#root);
  }

  draw(uri: string, params: Param[]): void {
    this.#uri = uri;
    set(this.#root, { hidden: params.length === 0 });
    const names = new Set(params.map(({ name }) => name));
    for (const [name, field] of this.#fields) {
      const now = params.find((param) => param.name === name);
      if (!names.has(name) || !now || keyOf(now) !== keyOf(field.of)) {
        field.root.remove();
        this.#fields.delete(name);
      }
    }
    params.forEach((param, index) => {
      const field = this.#fields.get(param.name) ?? this.#make(param);
      if (this.#root.children[index] !== field.root) {
        this.#root.insertBefore(field.root, this.#root.children[index] ?? null);
      }
      this.#fill(field, param);
    });
  }

  #make(param: Param): Field {
    const control = controlOf(param);
    const id = uniqueId();
    const [problem, doc] = [make('span', 'hw-field-problem', { id: `${id}-p`, role: 'alert' }), make('span', 'hw-field-doc', { id: `${id}-d` }, shownLines(param.doc ?? '', 400))];
    const shared = { id, 'aria-describedby': `${id}-d ${id}-p`, name: param.name };
    const input =
      control === 'choice'
        ? make('select', '', shared)
        : make('input', '', { ...shared, type: control === 'switch' ? 'checkbox' : 'text', spellcheck: 'false', autocomplete: 'off', placeholder: control === 'text' ? shown(param.type, 40) : null });
    const other = control === 'choice' ? make('input', '', { type: 'text', hidden: true, spellcheck: 'false', autocomplete: 'off', 'aria-label': `${shown(param.name, 60)}: another value` }) : null;
    const reset = make('button', 'hw-button hw-reset-field', { type: 'button' }, icon('reset'));
    const label = make('label', '', { for: id }, shown(param.name, 60));
    const type = make('span', 'hw-field-type', {}, shown(param.type, 40));
    const root = make('div', 'hw-field', { 'data-control': control }, label, type, make('span', 'hw-field-input', {}, input, ...(other ? [other] : []), reset), doc, problem);
    const field: Field = { root, input, other, problem, reset, of: param };
    this.#fields.set(param.name, field);
    input.onchange = () => {
      if (input.value === OTHER) {
        this.#writeOther(field, true);
      } else {
        this.#send(field, input instanceof HTMLInputElement && input.type === 'checkbox' ? String(input.checked) : input.value);
      }
    };
    const text = other ?? input;
    text.addEventListener('keydown', (event) => {
      if ((event as KeyboardEvent).key === 'Escape' && text instanceof HTMLInputElement) {
        event.stopPropagation();
        text.value = field.of.value ?? '';
        this.#refuse(field, null);
        this.#writeOther(field, false);
      }
    });
    other?.addEventListener('change', () => this.#send(field, other.value));
    reset.onclick = () => {
      this.#send(field, null);
      input.focus();
    };
    return field;
  }

  /** A choice gives way to a text, or comes back. */
  #writeOther({ input, other, of }: Field, open: boolean): void {
    if (other) {
      set(input, { hidden: open });
      set(other, { hidden: !open });
      if (open) {
        other.value = of.value ?? '';
        other.select();
        other.focus();
      } else {
        input.value = of.value ?? '';
      }
    }
  }

  #fill(field: Field, param: Param): void {
    const changed = param.value !== field.of.value;
    field.of = param;
    const { input, reset } = field;
    const value = param.value ?? '';
    if (input instanceof HTMLSelectElement) {
      const choices = [...(param.choices.includes(value) ? [] : [value]), ...param.choices, OTHER];
      if (input.options.length !== choices.length || choices.some((choice, index) => input.options[index]?.value !== choice)) {
        input.replaceChildren(...choices.map((choice) => make('option', '', { value: choice }, choice === OTHER ? 'another value…' : shown(choice, 80) || '(none)')));
      }
      input.value = value;
      if (changed) {
        this.#writeOther(field, false);
      }
    } else if (input.type === 'checkbox') {
      input.checked = value === 'true';
    } else if (changed || (document.activeElement !== input && input.getAttribute('aria-invalid') !== 'true')) {
      input.value = value;
    }
    if (changed) {
      this.#refuse(field, null);
    }
    const back = `Back to ${param.default === null ? 'no value' : shown(param.default, 60)}`;
    set(reset, { hidden: !param.set, title: back, 'aria-label': `${shown(param.name, 60)}: ${back}` });
    set(field.root, { 'data-set': param.set });
  }

  #send(field: Field, value: string | null): void {
    this.#refuse(field, null);
    const asked = this.#host.ask(COMMANDS.setParam, { uri: this.#uri, field: field.of.name, value });
    asked?.catch((error: unknown) => this.#refuse(field, reason(error)));
  }

  #refuse(field: Field, why: string | null): void {
    say(field.problem, why === null ? '' : shownLines(why, 400));
    set(field.other ?? field.input, { 'aria-invalid': why === null ? null : true });
  }
}

/** What a field is made from; its value may change without making it anew. */
function keyOf({ name, type, doc, choices }: Param): string {
  return JSON.stringify([name, type, doc, choices.length > 0]);
}
