import React from 'react';

import { stepsOf } from './book';
import type { Edited } from './editor';
import { Choice } from './inputs';
import { afterOf, setAfter } from './steps';

/** The steps that a step comes after whether it takes data from them or not. */
export function Order({ edited, step }: { edited: Edited; step: string }): React.JSX.Element {
  const { book, trans, readOnly } = edited;
  const chosen = afterOf(book, step);
  const steps = stepsOf(book);
  const needs = edited.needs(step);
  // A step further down cannot be waited for.
  const above = steps.slice(0, steps.indexOf(step)).filter(one => !chosen.includes(one));
  return (
    <div className="nbf-Editor-order">
      <Choice
        label={trans.__('Comes after')}
        value=""
        disabled={readOnly}
        options={[
          {
            value: '',
            label: above.length === 0 ? trans.__('no other step above') : trans.__('add a step…')
          },
          ...above.map(name => ({ value: name, label: name }))
        ]}
        commit={name => {
          if (name !== '') {
            edited.change(now => setAfter(now, step, [...afterOf(now, step), name]));
          }
        }}
      />
      <ul className="nbf-Editor-chips" aria-label={trans.__('Steps before this one')}>
        {chosen.map(name => (
          <li key={name} className="nbf-Editor-chip" data-unknown={!steps.includes(name)}>
            {name}
            <button
              type="button"
              disabled={readOnly}
              aria-label={trans.__('Not after %1', name)}
              title={trans.__('Not after %1', name)}
              onClick={event => {
                // The button goes; the keyboard goes on beside it.
                const field = event.currentTarget.closest('.nbf-Editor-order');
                edited.change(now => {
                  const left = afterOf(now, step).filter(one => one !== name);
                  return setAfter(now, step, left);
                });
                field?.querySelector('select')?.focus();
              }}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {needs.length > 0 && (
        <p className="nbf-Editor-needs">{trans.__('by its code after: %1', needs.join(', '))}</p>
      )}
    </div>
  );
}
