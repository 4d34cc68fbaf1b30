import { open, panel, said, settled } from './opened';

afterEach(() => panel.close());

/** What was asked since, in the alphabet's order. */
function asked(): string[] {
  return panel.asked
    .splice(0)
    .map(([name, { query }]) => `${name} ${String(query?.project)}`)
    .sort();
}

test('nobody looks: nothing is asked', async () => {
  await open();
  await said('book');
  panel.monitor.active = false;
  asked();
  panel.monitor.again();
  panel.monitor.renew();
  await settled();
  expect(asked()).toEqual([]);
});

test('the notebooks that come in front are of other projects, and nobody looks: the last is asked about once somebody does', async () => {
  await open();
  await said('book');
  panel.monitor.active = false;
  asked();
  for (panel.front of ['a', 'b', 'c']) {
    panel.projects.follow();
    await settled();
  }
  expect(asked()).toEqual([]);
  expect(panel.projects.seen).toEqual(['work']);
  panel.monitor.active = true;
  await said('book');
  expect(asked()).toEqual(['pipelines c', 'profiles c', 'settings c']);
  expect(panel.projects.seen).toEqual(['c', 'work']);
});
