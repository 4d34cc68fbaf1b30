import { asSentences } from '../src/schedule/causes';

test.each([
  ['mend it', 'Mend it'],
  ['`nbflow airflow up` starts it', '`nbflow airflow up` starts it'],
  ['nbflow needs it', 'nbflow needs it'],
  ['prev:load says so', 'prev:load says so'],
  [null, null]
])('the hint %j follows its message as %j', (hint, expected) => {
  const cause = { message: 'no', hint, severity: 'error' as const, cell: null };
  expect(asSentences(cause).hint).toBe(expected);
});
