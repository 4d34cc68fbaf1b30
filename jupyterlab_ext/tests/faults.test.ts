import { INSPECTED, READY } from './asked';
import { form, open, said, settled } from './openedForm';

afterEach(() => form.close());

const WRONG = { code: 'NB111', severity: 'error', hint: '', line: null, cell: null };

/** A notebook with something wrong, by what its options say or at the cells of ids. */
const inspected = (...messages: (string | { cell: string })[]): object => ({
  ...INSPECTED,
  ok: messages.length === 0,
  diagnostics: messages.map(one =>
    typeof one === 'string' ? { ...WRONG, message: one } : { ...WRONG, message: 'no', ...one }
  )
});

/** What is shown as an error. */
const errors = (): number => form.all('.nbf-Cause[data-severity=error]').length;

describe('a name that another notebook has published', () => {
  const published = { digest: 'd', by: 'ann', moment: '2026-11-29T16:00:00Z' };
  const cells = [{ cell: 'x', index: 1, sort: 'gone', text: '', step: null, stage: null }];
  const diff = (another: string | null) => () => ({
    ...{ dag_id: 'sales', changed: true, published, changes: [], cells, another }
  });

  test('is a fault of its field, which says whose it is', async () => {
    await open({ diff: diff('sales_report.ipynb') });
    expect(form.about('Name')).toContain(
      'sales_report.ipynb is published under this name. Choose another name'
    );
    expect(form.field('Name').getAttribute('aria-invalid')).toBe('true');
    expect(form.text).toContain('Compared with sales_report.ipynb');
    form.button('The name is taken').click();
    expect(document.activeElement).toBe(form.field('Name'));
  });

  test('is not run in Airflow, where that is another pipeline', async () => {
    await open({ diff: diff('sales_report.ipynb') });
    expect(form.field('Where it runs now').value).toBe('here');
    expect(form.field('Where it runs now').options[1]?.disabled).toBe(true);
    expect(form.button('Run now').disabled).toBe(false);
  });

  test('can be taken over by who says so: the notebook may have been moved', async () => {
    await open({ diff: diff('sales_report.ipynb') });
    expect(form.button('Publish').disabled).toBe(false);
  });

  test('is none where the notebook itself is published', async () => {
    await open({ diff: diff(null) });
    expect([form.about('Name'), errors()]).toEqual(['', 0]);
    expect(form.field('Where it runs now').value).toBe('airflow');
    expect(form.text).not.toContain('The name is taken');
  });
});

describe('what is to be corrected', () => {
  test('is counted with values of parameters, as all of it is red', async () => {
    await open({
      inspect: () => inspected("metadata.nbflow.name 'a b' is no id", { cell: 'c2' })
    });
    await form.fill('trees', '0');
    expect(errors()).toBe(3);
    expect(form.button('Correct 3 errors first').disabled).toBe(false);
  });

  test('is said of a run where it is a matter of its values alone', async () => {
    const [trees] = INSPECTED.parameters;
    const parameters = [trees, { ...trees, name: 'leaves' }];
    await open({ inspect: () => ({ ...INSPECTED, parameters }) });
    await form.fill('trees', '0');
    await said('Correct one parameter to run it');
    await form.fill('leaves', 'many');
    expect(errors()).toBe(2);
    form.button('Correct 2 parameters to run it').click();
    expect(document.activeElement).toBe(form.field('trees'));
    expect(form.button('Publish').disabled).toBe(false);
  });

  test.each([
    'start 2026-13-01 is no day',
    'catchup: nothing says from when',
    'steps.gone.retries -1 is too few',
    'parameters.gone.minimum is no number',
    'colour is not known'
  ])('shows above, where the form has no field for it: %s', async message => {
    await open({ inspect: () => inspected(`metadata.nbflow.${message}`) });
    expect(form.text).toContain(`metadata.nbflow.${message}`);
    expect(errors()).toBe(1);
    form.button('Correct one error first');
  });

  test.each([
    ['timezone', "timezone 'Mars' is none", 'Time zone'],
    ['team', "team 'x y' is no name", 'Team'],
    ['notify', 'notify.failure names no channel', null]
  ])('shows at a field that is else not there: %s', async (_, message, label) => {
    await open({
      inspect: () => inspected(`metadata.nbflow.${message}`),
      settings: () => ({ default_profile: 'small', channels: [], teams: [], airflow: READY })
    });
    expect(errors()).toBe(1);
    if (label !== null) {
      expect(form.field(label).getAttribute('aria-invalid')).toBe('true');
    }
  });

  test('is more than what shows at once, where there is much of it', async () => {
    const cells = ['a', 'b', 'c', 'd', 'e', 'f'].map(cell => ({ cell }));
    await open({ inspect: () => inspected(...cells) });
    form.button('Correct 6 errors first');
    form.button('Show 2 more').click();
    await settled();
    expect(errors()).toBe(6);
  });
});

describe('the list of profiles', () => {
  const offered = (label: string): string[] => [...form.field(label).options].map(one => one.text);

  test('leaves out the one that is meant without a choice', async () => {
    await open();
    expect(offered('Profile of All steps')).toEqual([
      'project’s default: small',
      'gpu – not for your team'
    ]);
    expect(offered('Profile of fit')).toEqual(['as all steps: small', 'gpu – not for your team']);
  });

  test('has it where it is chosen all the same', async () => {
    await open();
    form.draft.choices.choose(['steps', 'fit', 'profile'], 'small');
    await settled();
    expect(form.field('Profile of fit').value).toBe('small');
    expect(offered('Profile of fit')).toContain('small');
    form.draft.choices.choose(['profile'], 'gpu');
    form.draft.choices.choose(['steps', 'fit', 'profile'], undefined);
    await settled();
    expect(offered('Profile of fit')).toEqual(['as all steps: gpu', 'small']);
  });
});
