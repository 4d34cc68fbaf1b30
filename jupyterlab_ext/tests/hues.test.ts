import { HUES, Hues } from '../src/outline/hues';

test('steps that stand together have colours of their own', () => {
  const hues = new Hues();
  const names = Array.from({ length: HUES }, (_, index) => `s${index}`);
  hues.update(names);
  expect(new Set(names.map(name => hues.of(name))).size).toBe(HUES);
});

test('a step keeps its colour while others come and go', () => {
  const hues = new Hues();
  hues.update(['a', 'b', 'c']);
  const before = hues.of('c');
  hues.update(['new', 'a', 'c']);
  expect(hues.of('c')).toBe(before);
  expect(new Set(['new', 'a', 'c'].map(name => hues.of(name))).size).toBe(3);
});

test('more steps than colours share them evenly', () => {
  const hues = new Hues();
  const names = Array.from({ length: 3 * HUES }, (_, index) => `s${index}`);
  hues.update(names);
  const used = names.map(name => hues.of(name));
  for (let hue = 0; hue < HUES; hue++) {
    expect(used.filter(one => one === hue)).toHaveLength(3);
  }
});
