import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { ServerFailure } from '../client/failure';

/** Some of many things. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; null on the last. */
  readonly further: string | null;
  /** How many there are; null where the server does not count them. */
  readonly total: number | null;
  /** Why some are missing. */
  readonly unasked: string | null;
}

/** Asks for the page that begins there; for the first where it is null. */
export type AskPage<Item> = (after: string | null, signal: AbortSignal) => Promise<Page<Item>>;

interface Known<Item> extends Page<Item> {
  readonly after: string | null;
}

/** Pages that are looked at again from the first one on; further down, only what is in sight. */
const NEAR = 3;

/** A long list of which the server tells page by page, as far as somebody has looked. */
export class Pages<Item> implements IDisposable {
  constructor(
    private readonly _ask: AskPage<Item>,
    private readonly _keyOf: (item: Item) => string
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What is known, each once. */
  get items(): readonly Item[] {
    return this._items;
  }

  /** How many there are; null where that is not known. */
  get total(): number | null {
    return this._pages[0]?.total ?? null;
  }

  get unasked(): string | null {
    return this._pages[0]?.unasked ?? null;
  }

  /** Why the last look told nothing. */
  get failure(): ServerFailure | null {
    return this._failure;
  }

  /** Whether anything has been told. */
  get loaded(): boolean {
    return this._pages.length > 0;
  }

  get complete(): boolean {
    return this._pages.at(-1)?.further === null;
  }

  get loading(): boolean {
    return this._stopped !== null;
  }

  /**
   * Begin anew: what is asked for is something else by now.
   *
   * What is known stays until it is told, which may be soon; where it is not told, it is gone.
   */
  async load(): Promise<void> {
    this._leave();
    await this._look(async signal => [await this._page(null, signal)], []);
  }

  /** Nothing is known any more: what was told is of something else. */
  forget(): void {
    this._leave();
    this._failure = null;
    this._show([]);
    this._changed.emit();
  }

  /** Ask for the next page, unless there is none; as soon as what is asked for already is there. */
  async more(): Promise<void> {
    const last = this._pages.at(-1);
    this._wanted = this.loading;
    if (this.loading || last === undefined || last.further === null) {
      return;
    }
    const { further } = last;
    await this._look(async signal => [...this._pages, await this._page(further, signal)]);
  }

  /** Look again at what is in sight, of the list as it is known: from one position to another. */
  async refresh(from: number, to: number): Promise<void> {
    if (this.loading) {
      return;
    }
    const first = this._pageOf(from);
    const last = this._pageOf(to);
    if (this._pages.length === 0 || last < NEAR) {
      await this._look(signal => this._chained(last + 1, signal));
    } else {
      await this._look(async signal => {
        const pages = [...this._pages];
        for (let index = first; index <= last; index++) {
          pages[index] = await this._page(pages[index]?.after ?? null, signal);
        }
        return pages;
      });
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._stopped?.abort();
    Signal.clearData(this);
  }

  /** What is asked for already is not wanted any more. */
  private _leave(): void {
    this._stopped?.abort();
    this._stopped = null;
    this._wanted = false;
  }

  /** So many pages from the first on; what lies behind stays where it still follows on them. */
  private async _chained(count: number, signal: AbortSignal): Promise<Known<Item>[]> {
    const pages: Known<Item>[] = [];
    let after: string | null = null;
    do {
      const page: Known<Item> = await this._page(after, signal);
      pages.push(page);
      after = page.further;
    } while (after !== null && pages.length < count);
    const rest = this._pages.slice(pages.length);
    return rest[0]?.after === after && after !== null ? [...pages, ...rest] : pages;
  }

  private async _page(after: string | null, signal: AbortSignal): Promise<Known<Item>> {
    return { ...(await this._ask(after, signal)), after };
  }

  /** @param otherwise - what is known where it fails. */
  private async _look(
    ask: (signal: AbortSignal) => Promise<Known<Item>[]>,
    otherwise: readonly Known<Item>[] = this._pages
  ): Promise<void> {
    const stopped = new AbortController();
    this._stopped = stopped;
    try {
      const pages = await ask(stopped.signal);
      if (!stopped.signal.aborted) {
        this._failure = null;
        this._show(pages);
      }
    } catch (error) {
      if (!stopped.signal.aborted) {
        if (!(error instanceof ServerFailure)) {
          throw error;
        }
        this._failure = error;
        this._show(otherwise);
      }
    } finally {
      if (this._stopped === stopped) {
        this._stopped = null;
        this._changed.emit();
        if (this._wanted) {
          void this.more();
        }
      }
    }
  }

  private _show(pages: readonly Known<Item>[]): void {
    this._pages = pages;
    const found = new Map<string, Item>();
    for (const item of pages.flatMap(page => page.items)) {
      const key = this._keyOf(item);
      // What began meanwhile moves the others on: one may be on two pages.
      if (!found.has(key)) {
        found.set(key, item);
      }
    }
    this._items = [...found.values()];
  }

  private _pageOf(position: number): number {
    let end = 0;
    for (const [index, page] of this._pages.entries()) {
      end += page.items.length;
      if (position < end) {
        return index;
      }
    }
    return Math.max(0, this._pages.length - 1);
  }

  private _pages: readonly Known<Item>[] = [];
  private _items: readonly Item[] = [];
  private _failure: ServerFailure | null = null;
  private _stopped: AbortController | null = null;
  /** Whether somebody asked for more while something else was asked for. */
  private _wanted = false;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}
