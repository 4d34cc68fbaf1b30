import React from 'react';

import type { Parameter } from '../generated/answers';
import { Field, Inline } from './field';
import type { Cause } from './field';
import { choicesOf, controlOf, defaultOf, read, written } from './values';
import type { Written } from './values';
import { useTrans } from './words';

/** Asks for a parameter's value, and says what is wrong with it. */
export function ParameterField(props: {
  parameter: Parameter;
  held: Written;
  /** Undefined is its default. */
  give: (value: Written | undefined) => void;
  causes?: readonly Cause[] | undefined;
}): React.JSX.Element {
  const { parameter, held, give, causes } = props;
  const trans = useTrans();
  const found = read(parameter, held, trans);
  const seen = parameter.secret
    ? trans.__('Airflow shows what a run is given: a secret comes better by a tag `secret:`')
    : '';
  const help = [parameter.help, aboutOf(parameter, trans), seen].filter(Boolean).join(' · ');
  return (
    <Field
      label={parameter.name}
      help={<Inline text={help} />}
      fault={'fault' in found ? found.fault : undefined}
      causes={causes}
    >
      {given => (
        <div className="nbf-Row">
          <Control {...given} parameter={parameter} held={held} give={give} />
          {held !== defaultOf(parameter) && (
            <button
              type="button"
              className="nbf-Link"
              onClick={() => give(undefined)}
              aria-label={trans.__('Take the default of %1', parameter.name)}
            >
              {trans.__('default')}
            </button>
          )}
        </div>
      )}
    </Field>
  );
}

function Control(props: {
  id: string;
  'aria-describedby': string;
  'aria-invalid': boolean;
  parameter: Parameter;
  held: Written;
  give: (value: Written) => void;
}): React.JSX.Element {
  const { parameter, held, give, ...given } = props;
  const trans = useTrans();
  const empty = parameter.computed ?? (parameter.nullable ? 'None' : undefined);
  if (typeof held === 'boolean') {
    return (
      <input
        {...given}
        type="checkbox"
        checked={held}
        onChange={event => give(event.target.checked)}
      />
    );
  }
  const control = controlOf(parameter);
  if (control === 'choice' || control === 'flag') {
    const choices = control === 'flag' ? [true, false] : choicesOf(parameter);
    return (
      <select {...given} value={held} onChange={event => give(event.target.value)}>
        {(empty !== undefined || held === '') && <option value="">{empty ?? ''}</option>}
        {choices.map(choice => (
          <option key={written(parameter, choice)} value={written(parameter, choice)}>
            {String(choice)}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...given}
      className={control === 'json' ? 'nbf-mod-code' : undefined}
      type={parameter.secret ? 'password' : 'text'}
      autoComplete="off"
      inputMode={control === 'number' ? 'decimal' : undefined}
      spellCheck={false}
      placeholder={empty === undefined ? undefined : trans.__('%1, if empty', empty)}
      value={held}
      onChange={event => give(event.target.value)}
    />
  );
}

/** The type, and the bounds. */
function aboutOf(
  parameter: Parameter,
  trans: { __: (text: string, ...values: (string | number)[]) => string }
): string {
  const { schema } = parameter;
  const kinds: Readonly<Record<string, string>> = {
    str: trans.__('text'),
    int: trans.__('whole number'),
    float: trans.__('number'),
    bool: trans.__('yes or no'),
    list: trans.__('list, as JSON'),
    tuple: trans.__('list, as JSON'),
    dict: trans.__('object, as JSON')
  };
  const least = schema.minimum;
  const most = schema.maximum;
  const bounded =
    typeof least === 'number' && typeof most === 'number'
      ? trans.__('%1 to %2', least, most)
      : typeof least === 'number'
        ? trans.__('at least %1', least)
        : typeof most === 'number'
          ? trans.__('at most %1', most)
          : '';
  return [kinds[parameter.type] ?? trans.__('JSON'), bounded].filter(Boolean).join(', ');
}
