import type { Difference } from '../src/generated/answers';
import { SeenVersions } from '../src/schedule/seen';
import { job } from './asked';
import { form, open, settled } from './openedForm';

/** What a form finds: this version published, and whether it would publish another. */
function found(digest: string | null, changed = true, dag_id = 'book'): Difference {
  const published = digest === null ? null : { digest, by: 'ann', moment: null };
  return { dag_id, changed, published } as Difference;
}

test('known are the versions that were there first, of each pipeline', () => {
  const seen = new SeenVersions();
  expect(seen.of('book')).toEqual([]);
  seen.note(found('a1'));
  seen.note(found('z1', true, 'other'));
  seen.note(found('a2'));
  expect([seen.of('book'), seen.of('other')]).toEqual([['a1'], ['z1']]);
});

test('what others publish where nothing was is not known, though the form tells of it', () => {
  const seen = new SeenVersions();
  seen.note(found(null));
  seen.note(null);
  seen.note(found('a1'));
  expect(seen.of('book')).toEqual([]);
});

test('what is the same as in the form is known, whoever published it', () => {
  const seen = new SeenVersions();
  seen.note(found('a1'));
  seen.note(found('a2', false));
  expect(seen.of('book')).toEqual(['a1', 'a2']);
});

test('what its reader does elsewhere is known once it is found, and no more than that', () => {
  const seen = new SeenVersions();
  const first = found('a1');
  seen.note(first);
  seen.expect();
  seen.note(first);
  seen.note(found('a0'));
  seen.note(found('a3'));
  expect(seen.of('book')).toEqual(['a1', 'a0']);
});

test('the form does not publish over what others did since it was opened, however often', async () => {
  let published = { digest: 'a1', by: 'ann', moment: null };
  const sent: unknown[] = [];
  await open({
    diff: () => ({ ...found(null), published, changes: [], cells: [] }),
    publish: ({ body }) => {
      sent.push(body?.shown);
      return job({ error: { code: 'target', message: 'theirs', hint: null, status: 409 } });
    }
  });
  published = { digest: 'b2', by: 'ben', moment: null };
  for (let turn = 0; turn < 2; turn++) {
    form.draft.renew();
    while (form.draft.difference.pending) {
      await settled();
    }
    form.button('Publish').click();
    await settled();
  }
  form.close();
  expect(sent).toEqual([['a1'], ['a1']]);
});
