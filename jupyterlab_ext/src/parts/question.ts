import { Dialog, showDialog } from '@jupyterlab/apputils';

/** A question that somebody answers with yes or no. */
export interface Question {
  readonly title: string;
  readonly body: string;
  /** The word on the button that says yes. */
  readonly accept: string;
  /** The word on the button that says no. */
  readonly decline: string;
}

/** What somebody may choose. */
export interface Choice<Value> {
  /** The words on its button. */
  readonly label: string;
  readonly value: Value;
  /** Whether it does what is not undone so easily. */
  readonly warns: boolean;
}

/** Ask somebody; who closes the dialog says no. */
export async function confirm(
  question: Omit<Question, 'body'> & { readonly body: Dialog.Body<unknown> }
): Promise<boolean> {
  const { accept, ...asked } = question;
  const chosen = await choose({ ...asked, choices: [{ label: accept, value: true, warns: true }] });
  return chosen ?? false;
}

/** Ask somebody which way to go; null where they decline, or close the dialog. */
export async function choose<Value>(question: {
  readonly title: string;
  readonly body: Dialog.Body<unknown>;
  /** The word on the button that says no. */
  readonly decline: string;
  readonly choices: readonly Choice<Value>[];
}): Promise<Value | null> {
  const { title, body, decline, choices } = question;
  const buttons = [
    Dialog.cancelButton({ label: decline }),
    ...choices.map(({ label, warns }) =>
      warns ? Dialog.warnButton({ label }) : Dialog.okButton({ label })
    )
  ];
  const { button } = await showDialog({ title, body, buttons, defaultButton: 0 });
  const chosen = button.accept ? choices.find(({ label }) => label === button.label) : undefined;
  return chosen === undefined ? null : chosen.value;
}
