import { FAILED, open, panel, said } from './opened';

afterEach(() => panel.close());

test('a value that looks like a secret is not shown, and the others are', async () => {
  const parameters = { trees: 7, password: 'hunter2' };
  const run = { ...FAILED, parameters, secret: ['password'] };
  await open({ getRun: () => run }, { run });
  await said('Parameters');
  const [trees, password] = panel.all('.nbf-Values dd');
  expect([trees?.textContent, password?.textContent]).toEqual(['7', '•••']);
  expect(password?.title).toContain('looks like a secret');
  expect(panel.text).not.toContain('hunter2');
});

test('what a run with a secret was given is typed again unseen, and a better way is told', async () => {
  const given = {
    ...{ name: 'password', type: 'str', nullable: false, default: '', computed: null },
    ...{ help: null, schema: {}, secret: true }
  };
  const parameters = { trees: 7, password: 'hunter2' };
  const run = { ...FAILED, here: false, parameters, secret: ['password'] };
  const trees = { ...given, name: 'trees', type: 'int', default: 1, secret: false };
  await open({ getRun: () => run, parameters: () => [trees, given] }, { run });
  await said('Parameters');
  await panel.press('Run again');
  await said('comes better by a tag');
  const types = panel.all('.nbf-Start input').map(one => (one as HTMLInputElement).type);
  expect(types).toEqual(['text', 'password']);
  expect(panel.all('.nbf-Field-help code').map(one => one.textContent)).toEqual(['secret:']);
});
