import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import React from 'react';

import { causesOf } from '../src/schedule/causes';
import { Draft } from '../src/schedule/draft';
import { Errand } from '../src/schedule/errand';
import { Followed } from '../src/parts/followed';
import { Form } from '../src/schedule/form/form';
import { book, server } from './asked';
import type { Answers } from './asked';
import { Shown } from './shown';

/** The form in a page, with all that its server tells. */
export class OpenedForm extends Shown {
  readonly draft: Draft;
  readonly errand: Errand;
  readonly gone: string[] = [];
  readonly shown: string[] = [];
  readonly questions: string[] = [];
  agrees = true;

  constructor(answers: Answers, tags: Record<string, string[]> = {}) {
    super(settled);
    const { client } = server(answers);
    const notebook = book();
    this.draft = new Draft(notebook, client);
    this.errand = new Errand(notebook, client);
    const { draft, errand } = this;
    const form = (): React.JSX.Element => (
      <Form
        title="Schedule book.ipynb"
        frame={{
          draft,
          errand,
          causes: causesOf(draft.findings, draft.meant),
          trans: nullTranslator.load('nbflow'),
          language: 'en-GB',
          zone: 'Europe/Berlin',
          hue: () => 0,
          tags: step => tags[step] ?? [],
          publish: () => void errand.publish(draft.seen),
          goTo: cell => this.gone.push(cell),
          numberOf: cell => (cell === 'c2' ? 2 : null),
          makeParameters: cell => this.gone.push(`parameters ${cell}`),
          confirm: ({ title }) => {
            this.questions.push(title);
            return Promise.resolve(this.agrees);
          },
          showRun: ({ run_id }) => this.shown.push(run_id)
        }}
      />
    );
    this.widget = ReactWidget.create(
      <Followed signals={[draft.changed, errand.changed]}>{form}</Followed>
    );
    this.widget.addClass('nbf-Page');
    Widget.attach(this.widget, document.body);
    MessageLoop.flush();
  }

  get chosen(): unknown {
    return this.draft.notebook.model.sharedModel.getMetadata('nbflow');
  }

  close(): void {
    this.widget.dispose();
    this.draft.dispose();
    this.errand.dispose();
  }

  protected readonly widget: Widget;
}

export async function settled(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 20));
}

/** Wait until the page says so. */
export async function said(words: string): Promise<void> {
  for (let tries = 0; tries < 100 && !form.text.includes(words); tries++) {
    await settled();
  }
  expect(form.text).toContain(words);
}

/** The form of a test, which closes it. */
export let form: OpenedForm;

/** Show the form, and wait for nothing. */
export function show(answers: Answers = {}, tags: Record<string, string[]> = {}): void {
  form = new OpenedForm(answers, tags);
}

/** Open the form, and wait until all is known that it asks. */
export async function open(
  answers: Answers = {},
  tags: Record<string, string[]> = {}
): Promise<void> {
  show(answers, tags);
  while (form.draft.difference.pending || form.draft.project.settings === null) {
    await settled();
  }
  await settled();
}
