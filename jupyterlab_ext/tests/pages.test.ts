import { ServerFailure } from '../src/client/failure';
import { Pages } from '../src/panel/pages';
import type { Page } from '../src/panel/pages';

/** A server with so many runs, the newest first, of which it tells ten at a time. */
class Many {
  names: string[];
  readonly asked: (string | null)[] = [];
  readonly pages: Pages<string>;
  away = false;

  constructor(count: number) {
    this.names = Array.from({ length: count }, (_, index) => `r${count - index}`);
    this.pages = new Pages(
      after => this._answer(after),
      name => name
    );
  }

  private async _answer(after: string | null): Promise<Page<string>> {
    this.asked.push(after);
    await Promise.resolve();
    if (this.away) {
      throw new ServerFailure({ code: 'unreachable', message: 'away', hint: null, status: 0 });
    }
    const first = Number(after ?? 0);
    const items = this.names.slice(first, first + 10);
    const further = first + 10 < this.names.length ? String(first + 10) : null;
    return { items, further, total: this.names.length, unasked: null };
  }
}

async function scrolled(count: number, pages: number): Promise<Many> {
  const many = new Many(count);
  await many.pages.load();
  for (let index = 1; index < pages; index++) {
    await many.pages.more();
  }
  return many;
}

test('more comes page by page, until there is no more', async () => {
  const { pages, names, asked } = await scrolled(25, 5);
  expect(pages.items).toEqual(names);
  expect([pages.complete, pages.total]).toEqual([true, 25]);
  expect(asked).toEqual([null, '10', '20']);
});

test('of what is near the top all is looked at again, and what began is there once', async () => {
  const many = await scrolled(60, 4);
  many.names = ['new', ...many.names];
  many.asked.length = 0;
  await many.pages.refresh(0, 12);
  expect(many.asked).toEqual([null, '10']);
  expect(many.pages.items[0]).toBe('new');
  expect(new Set(many.pages.items).size).toBe(many.pages.items.length);
});

test('who has scrolled far costs as little as who has not', async () => {
  const many = await scrolled(10_000, 500);
  many.asked.length = 0;
  await many.pages.refresh(4900, 4912);
  expect(many.asked).toEqual(['4900', '4910']);
  expect(many.pages.items).toHaveLength(5000);
});

test('what is asked for anew is not mixed with what was asked before', async () => {
  const many = await scrolled(30, 1);
  const before = many.pages.more();
  many.names = ['other'];
  await Promise.all([before, many.pages.load()]);
  expect(many.pages.items).toEqual(['other']);
});

test('where the server is away, what is known stays, and why', async () => {
  const many = await scrolled(30, 2);
  many.away = true;
  await many.pages.refresh(0, 5);
  expect([many.pages.items.length, many.pages.failure?.message]).toEqual([20, 'away']);
  many.away = false;
  await many.pages.refresh(0, 5);
  expect(many.pages.failure).toBeNull();
});

test('where something else is asked for and not told, what was asked before is known no more', async () => {
  const many = await scrolled(30, 2);
  many.away = true;
  await many.pages.load();
  expect([many.pages.items, many.pages.total, many.pages.failure?.message]).toEqual([
    ...[[], null, 'away']
  ]);
});

test('what is forgotten does not come back with an answer that is on its way', async () => {
  const many = await scrolled(30, 2);
  const looked = many.pages.refresh(0, 5);
  many.pages.forget();
  await looked;
  expect([many.pages.items, many.pages.loaded, many.pages.loading]).toEqual([[], false, false]);
});
