import { nullTranslator } from '@jupyterlab/translation';

import type { Published } from '../src/generated/answers';
import { Errand } from '../src/schedule/errand';
import { noticeOf } from '../src/schedule/outcome';
import type { Notice } from '../src/schedule/outcome';
import { book, failing, job, run, server } from './asked';
import type { Answers } from './asked';

/** What is told of something when its form is closed. */
async function told(
  answers: Answers,
  what: (errand: Errand) => Promise<void>
): Promise<Notice | undefined> {
  const errand = new Errand(book(), server(answers).client);
  let notice: Notice | undefined;
  errand.ended.connect((_, progress) => {
    notice = noticeOf(errand, progress, nullTranslator.load('nbflow'), 'en-GB');
  });
  const done = what(errand);
  errand.leave();
  await done;
  errand.dispose();
  return notice;
}

test('that it is live is told with the way to the pipeline', async () => {
  const result = { dag_id: 'weekly', live_after: 2, review: null } as Published;
  const notice = await told({ publish: () => job({ result }) }, errand => errand.publish());
  expect(notice).toMatchObject({
    kind: 'success',
    message: 'weekly: Live in Airflow after 2 s',
    shown: { project: 'work', dag_id: 'weekly' }
  });
});

test('why it is not published is told until somebody has seen it', async () => {
  const answers = { publish: failing('refused', 'another has it') };
  const notice = await told(answers, errand => errand.publish());
  expect(notice).toEqual({
    ...{ kind: 'error', autoClose: false, shown: null },
    message: 'book.ipynb: Not published. another has it'
  });
});

test('how a run ended is told with the way to it', async () => {
  const failure = { code: 'x', message: 'ValueError: no', hint: null, status: 1 };
  const answers = {
    run: () => job({ result: run('failed', { failure, started: '2026-11-30T09:30:00' }) })
  };
  const notice = await told(answers, errand => errand.run({}));
  expect(notice).toMatchObject({
    message: 'The run of book failed · 09:30. ValueError: no',
    shown: { project: 'work', dag_id: 'book', run_id: 'r1' }
  });
});
