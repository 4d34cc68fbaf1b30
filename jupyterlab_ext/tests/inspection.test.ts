import { ServerFailure } from '../src/client/failure';
import type { Inspected } from '../src/generated/answers';
import { Inspection } from '../src/pipeline/inspection';

const FOUND = { name: 'train' } as Inspected;

class Notebook {
  source = 'x = 1';
  wanted = true;
  asked: string[] = [];
  answer: () => Promise<Inspected> = () => Promise.resolve(FOUND);

  readonly inspection = new Inspection({
    content: () => ({ source: this.source }),
    ask: content => {
      this.asked.push(content.source as string);
      return this.answer();
    },
    wanted: () => this.wanted,
    delay: () => 1000
  });

  async type(source: string, wait: number): Promise<void> {
    this.source = source;
    this.inspection.touch();
    await jest.advanceTimersByTimeAsync(wait);
  }
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a notebook is looked at once its author pauses', async () => {
  const book = new Notebook();
  for (const source of ['a', 'ab', 'abc']) {
    await book.type(source, 900);
  }
  expect(book.asked).toEqual([]);
  await jest.advanceTimersByTimeAsync(100);
  expect(book.asked).toEqual(['abc']);
  expect(book.inspection.found).toBe(FOUND);
});

test('the same notebook is not asked for twice', async () => {
  const book = new Notebook();
  await book.type('a', 1000);
  await book.type('a', 1000);
  expect(book.asked).toEqual(['a']);
});

test('what changes while the server works is asked for afterwards', async () => {
  const book = new Notebook();
  let answer: (found: Inspected) => void = () => undefined;
  book.answer = () => new Promise(resolve => (answer = resolve));
  await book.type('a', 1000);
  await book.type('b', 5000);
  expect(book.asked).toEqual(['a']);
  answer(FOUND);
  await jest.advanceTimersByTimeAsync(1000);
  expect(book.asked).toEqual(['a', 'b']);
});

test('a failure is told, and the next change asks again', async () => {
  const book = new Notebook();
  const failure = new ServerFailure({ code: 'x', message: 'y', hint: null, status: 500 });
  book.answer = () => Promise.reject(failure);
  await book.type('a', 1000);
  expect(book.inspection.failure).toBe(failure);
  book.answer = () => Promise.resolve(FOUND);
  await book.type('a', 1000);
  expect([book.inspection.found, book.inspection.failure]).toEqual([FOUND, null]);
});

test('nothing is asked where nobody wants to know, and after the notebook was closed', async () => {
  const book = new Notebook();
  book.wanted = false;
  await book.type('a', 1000);
  book.wanted = true;
  book.inspection.dispose();
  await book.type('b', 1000);
  expect(book.asked).toEqual([]);
});

test('what was found is forgotten once nobody wants to know', async () => {
  const book = new Notebook();
  await book.type('a', 1000);
  book.wanted = false;
  await book.type('b', 1000);
  expect(book.inspection.found).toBeNull();
});

test('an answer that comes after the notebook was closed is told nobody', async () => {
  const book = new Notebook();
  let answer: (found: Inspected) => void = () => undefined;
  book.answer = () => new Promise(resolve => (answer = resolve));
  await book.type('a', 1000);
  book.inspection.dispose();
  answer(FOUND);
  await jest.advanceTimersByTimeAsync(1000);
  expect(book.inspection.found).toBeNull();
});

test('what was found is forgotten on demand, also while it is asked for', async () => {
  const book = new Notebook();
  await book.type('a', 1000);
  let answer: (found: Inspected) => void = () => undefined;
  book.answer = () => new Promise(resolve => (answer = resolve));
  await book.type('b', 1000);
  book.inspection.forget();
  answer(FOUND);
  await jest.advanceTimersByTimeAsync(1000);
  expect(book.inspection.found).toBeNull();
});
