import { job, step } from './asked';
import { FAILED, open, panel, said, settled } from './opened';

afterEach(() => panel.close());

/** The versions that are listed, the newest first. */
function listed(): (string | undefined)[] {
  return panel.all('.nbf-Versions li').map(one => /^v\d|^Show.*/.exec(one.textContent)?.[0]);
}

async function openVersions(digests: readonly string[]): Promise<void> {
  const versions = digests.map(digest => ({ digest, moment: null, by: null, kept: true }));
  await open(
    {
      pipeline: () => ({ digest: digests.at(-1), versions }),
      runs: () => ({ runs: [] }),
      diffBack: () => ({ changes: [], cells: [], first_run: '' }),
      rollBack: () => job({ result: {} })
    },
    { pipeline: 'book' }
  );
  await said('Roll back');
  await panel.press('Roll back');
}

test('a version that was published again is there once, and alone is current', async () => {
  await openVersions(['v1', 'v2', 'v1']);
  expect(listed()).toEqual(['v1', 'v2']);
  expect(panel.all('.nbf-Versions li').map(one => one.textContent.includes('current'))).toEqual([
    true,
    false
  ]);
});

test('of many versions the latest are shown first', async () => {
  await openVersions(['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7']);
  expect(listed()).toEqual(['v7', 'v6', 'v5', 'v4', 'v3', 'Show all 7']);
  await panel.press('Show all 7');
  expect(listed()).toHaveLength(8);
  await panel.press('Show the latest 5');
  expect(listed()).toHaveLength(6);
});

test('who declines to go back looks on among all versions, who agrees is done with them', async () => {
  await openVersions(['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7']);
  await panel.press('Show all 7');
  panel.agrees = false;
  await panel.press('Go back to it');
  expect(panel.questions).toHaveLength(1);
  expect(listed()).toHaveLength(8);
  panel.agrees = true;
  while (panel.button('Go back to it').disabled) {
    await settled();
  }
  await panel.press('Go back to it');
  await said('Rolled back');
  expect(listed()).toEqual([]);
});

test('a step that was kept has the sign of one that is done', async () => {
  const steps = [step('load', 'success', { kept: true }), step('fit', 'success')];
  await open({ getRun: () => ({ ...FAILED, state: 'success', steps }) }, { run: FAILED });
  await said('kept');
  const states = panel.all('.nbf-RunStep .nbf-State').map(one => one.textContent);
  expect(states).toEqual(['✓kept', '✓done']);
});
