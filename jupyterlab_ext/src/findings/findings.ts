import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { Fix } from '../generated/answers';

/** Something wrong, as it is shown. */
export interface Finding {
  /** Null of what is no finding of a rule, but why there are none. */
  readonly code: string | null;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string | null;
  /** In the cell, counted from 1. */
  readonly line: number | null;
  /** Ways to mend it that need no thought. */
  readonly fixes?: readonly Fix[];
}

/** How many are shown before one asks for more. */
const FEW = 3;

/** A list of findings. */
export class Findings extends Widget {
  /**
   * @param _mend - mends a finding.
   * @param _goTo - brings the reader to a line; null where lines mean nothing.
   */
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _mend: (fix: Fix) => void,
    private readonly _goTo: ((line: number) => void) | null = null
  ) {
    super();
    this.addClass('nbf-Findings');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', _trans.__('Findings of nbflow'));
  }

  /** Show these from now on. */
  set view(findings: readonly Finding[]) {
    const text = JSON.stringify(findings);
    if (text !== this._text) {
      this._text = text;
      this._findings = findings;
      this._render();
    }
  }

  private _render(): void {
    const shown = this._all ? this._findings : this._findings.slice(0, FEW);
    const list = element('ul', 'nbf-Findings-list', ...shown.map(one => this._row(one)));
    const hidden = this._findings.length - shown.length;
    this.node.replaceChildren(list, ...(hidden > 0 ? [this._more(hidden)] : []));
  }

  private _more(hidden: number): HTMLElement {
    const button = element(
      'button',
      'nbf-Link nbf-Findings-more',
      this._trans.__('Show %1 more', hidden)
    );
    button.addEventListener('click', () => {
      this._all = true;
      this._render();
      // The button is gone; the keyboard goes on where it was.
      this.node.querySelectorAll('li').item(FEW).focus();
    });
    return button;
  }

  private _row(finding: Finding): HTMLElement {
    const error = finding.severity === 'error';
    const icon = element('span', 'nbf-Finding-icon', error ? '✕' : '!');
    icon.setAttribute('role', 'img');
    icon.setAttribute('aria-label', error ? this._trans.__('Error') : this._trans.__('Warning'));
    const message = element('p', 'nbf-Finding-message', ...inline(finding.message));
    if (finding.line !== null && this._goTo !== null) {
      message.append(' ', this._line(finding.line, this._goTo));
    }
    const said = element('div', 'nbf-Finding-said', message);
    if (finding.hint !== null && finding.hint !== '') {
      said.append(element('p', 'nbf-Finding-hint', ...inline(finding.hint)));
    }
    if (finding.fixes !== undefined && finding.fixes.length > 0) {
      const buttons = finding.fixes.map(fix => this._fix(fix));
      said.append(element('p', 'nbf-Finding-fixes', ...buttons));
    }
    const row = element('li', 'nbf-Finding', icon, said);
    if (finding.code !== null) {
      row.append(element('span', 'nbf-Finding-code', finding.code));
    }
    row.dataset.severity = finding.severity;
    row.tabIndex = -1;
    return row;
  }

  private _fix(fix: Fix): HTMLElement {
    const text = inline(this._trans.__('Fix: %1', fix.title));
    const button = element('button', 'nbf-Finding-fix', ...text);
    button.addEventListener('click', () => this._mend(fix));
    return button;
  }

  private _line(line: number, goTo: (line: number) => void): HTMLElement {
    const button = element('button', 'nbf-Link nbf-Finding-line', this._trans.__('line %1', line));
    button.addEventListener('click', () => goTo(line));
    return button;
  }

  private _findings: readonly Finding[] = [];
  private _text = '';
  private _all = false;
}

/** Text in which `code` is marked as Markdown does. */
export function inline(text: string): Node[] {
  return text
    .split(/`([^`]+)`/)
    .map((part, index) =>
      index % 2 === 1 ? element('code', 'nbf-Finding-quote', part) : document.createTextNode(part)
    );
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  name: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  node.className = name;
  node.append(...children);
  if (node instanceof HTMLButtonElement) {
    node.type = 'button';
  }
  return node;
}
