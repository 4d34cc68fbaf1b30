import type { Widget } from '@lumino/widgets';

/** Something in a page, as whoever tests it finds the way in it. */
export abstract class Shown {
  /** @param _settled - waits until it shows what came of something. */
  constructor(private readonly _settled: () => Promise<void>) {}

  get text(): string {
    return this.widget.node.textContent;
  }

  all(selector: string): HTMLElement[] {
    return [...this.widget.node.querySelectorAll<HTMLElement>(selector)];
  }

  button(name: string): HTMLButtonElement {
    const found = this.all('button').find(one => one.textContent === name);
    if (found === undefined) {
      throw new Error(`no button ${name}: ${this.text}`);
    }
    return found as HTMLButtonElement;
  }

  /** What a label, in the page or said, is of. */
  field(label: string): HTMLInputElement & HTMLSelectElement {
    const of = this.all('label')
      .find(one => one.textContent === label)
      ?.getAttribute('for');
    const found =
      typeof of !== 'string'
        ? this.all('[aria-label]').find(one => one.getAttribute('aria-label') === label)
        : document.getElementById(of);
    if (!found) {
      throw new Error(`no field ${label}`);
    }
    return found as HTMLInputElement & HTMLSelectElement;
  }

  /** What is said of a field besides its label. */
  about(label: string): string {
    const id = this.field(label).getAttribute('aria-describedby') ?? '';
    return document.getElementById(id)?.textContent ?? '';
  }

  async fill(label: string, value: string): Promise<void> {
    const field = this.field(label);
    const prototype = field instanceof HTMLSelectElement ? HTMLSelectElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(prototype.prototype, 'value')?.set?.call(field, value);
    field.dispatchEvent(
      new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true })
    );
    await this._settled();
  }

  protected abstract readonly widget: Widget;
}
