import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { Inline } from '../parts/field';
import { stepsOf } from './book';
import type { Desk } from './desk';
import { Labelled } from './inputs';
import { rename } from './steps';
import { asName } from './tags';
import { nameFault } from './words';

/** Ask for another name of a step, until there is one that it can have. */
export async function askName(desk: Desk, step: string, trans: TranslationBundle): Promise<void> {
  const faultOf = (name: string): string =>
    name !== step && stepsOf(desk.book).includes(name)
      ? trans.__('There is a step `%1` already.', name)
      : nameFault(name, trans);
  let typed = step;
  for (;;) {
    const { button, value } = await showDialog({
      title: trans.__('Rename Step %1', step),
      body: new Naming(typed, faultOf, trans),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.okButton({ label: trans.__('Rename') })
      ],
      focusNodeSelector: 'input'
    });
    if (!button.accept || value === null) {
      return;
    }
    const name = asName(value);
    if (faultOf(name) === '') {
      desk.change(book => rename(book, step, name));
      return;
    }
    typed = value;
  }
}

/** The body of the dialog: what was typed is its value. */
class Naming extends ReactWidget implements Dialog.IBodyWidget {
  constructor(
    private _typed: string,
    private readonly _faultOf: (name: string) => string,
    private readonly _trans: TranslationBundle
  ) {
    super();
  }

  getValue(): string {
    return this._typed;
  }

  protected render(): React.JSX.Element {
    return (
      <NameField
        typed={this._typed}
        faultOf={this._faultOf}
        tell={typed => (this._typed = typed)}
        trans={this._trans}
      />
    );
  }
}

/** The field of a name, with what becomes of it, or is wrong with it, as it is typed. */
function NameField(props: {
  typed: string;
  faultOf: (name: string) => string;
  tell: (typed: string) => void;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { faultOf, tell, trans } = props;
  const [typed, show] = React.useState(props.typed);
  const name = asName(typed);
  const fault = faultOf(name);
  const another = fault === '' && name !== typed.trim();
  return (
    <Labelled label={trans.__('Name')} fault={fault}>
      {given => (
        <>
          <input
            {...given}
            className="jp-mod-styled"
            value={typed}
            onFocus={event => event.target.select()}
            onChange={event => {
              show(event.target.value);
              tell(event.target.value);
            }}
          />
          <p className="nbf-Editor-meant" aria-live="polite">
            <Inline text={another ? trans.__('It will be called `%1`.', name) : ''} />
          </p>
          <p>{trans.__('Its cells, the order of other steps and the options follow.')}</p>
        </>
      )}
    </Labelled>
  );
}
