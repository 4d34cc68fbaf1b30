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
