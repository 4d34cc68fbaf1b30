import React from 'react';

import { Inline } from '../parts/field';

/** A field with its label, and below it what is wrong. */
export function Labelled(props: {
  label: string;
  fault?: string;
  children: (given: { id: string; 'aria-describedby': string }) => React.JSX.Element;
}): React.JSX.Element {
  const id = React.useId();
  const { label, fault = '', children } = props;
  return (
    <div className="nbf-Editor-field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-fault` })}
      <p id={`${id}-fault`} className="nbf-Editor-fault" aria-live="polite">
        <Inline text={fault} />
      </p>
    </div>
  );
}

/**
 * Text that counts when one has done with it, and not with each letter: with Enter, elsewhere, or
 * with a choice from the list. Escape takes it back.
 */
export function Text(props: {
  label: string;
  value: string;
  choices?: readonly string[];
  placeholder?: string;
  numeric?: boolean;
  short?: boolean;
  disabled?: boolean;
  /** What somebody typed, as it is meant. */
  meant?: (typed: string) => string;
  /** Why a text cannot be; empty where it can. */
  faultOf: (text: string) => string;
  commit: (text: string) => void;
}): React.JSX.Element {
  const { label, value, choices = [], meant = trimmed, faultOf, commit } = props;
  const [typed, setTyped] = React.useState<string | null>(null);
  const list = React.useId();
  const text = typed ?? value;
  const fault = typed === null ? '' : faultOf(meant(typed));
  const done = (what: string): void => {
    if (meant(what) === value) {
      setTyped(null);
    } else if (faultOf(meant(what)) === '') {
      setTyped(null);
      commit(meant(what));
    }
  };
  return (
    <Labelled label={label} fault={fault}>
      {given => (
        <>
          <input
            {...given}
            className={props.short === true ? 'nbf-mod-short' : undefined}
            autoComplete="off"
            spellCheck={false}
            aria-invalid={fault !== ''}
            disabled={props.disabled}
            inputMode={props.numeric === true ? 'numeric' : undefined}
            placeholder={props.placeholder}
            list={choices.length > 0 ? list : undefined}
            value={text}
            onChange={event => {
              setTyped(event.target.value);
              // Chosen from the list; nothing comes after that.
              if ((event.nativeEvent as InputEvent).inputType === 'insertReplacementText') {
                done(event.target.value);
              }
            }}
            onBlur={() => typed !== null && done(typed)}
            onKeyDown={event => {
              if (event.key === 'Enter' && typed !== null) {
                done(typed);
              } else if (event.key === 'Escape' && typed !== null) {
                setTyped(null);
                event.preventDefault(); // It leads nowhere this time.
              }
            }}
          />
          {choices.length > 0 && (
            <datalist id={list}>
              {choices.map(choice => (
                <option key={choice} value={choice} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Labelled>
  );
}

function trimmed(typed: string): string {
  return typed.trim();
}

/** A choice of several; what is chosen counts at once. */
export function Choice(props: {
  label: string;
  value: string;
  options: readonly { value: string; label: string; disabled?: boolean }[];
  disabled?: boolean;
  short?: boolean;
  commit: (value: string) => void;
}): React.JSX.Element {
  const { label, value, options, disabled, commit } = props;
  return (
    <Labelled label={label}>
      {given => (
        <select
          {...given}
          className={props.short === true ? 'nbf-mod-short' : undefined}
          disabled={disabled}
          value={value}
          onChange={event => commit(event.target.value)}
        >
          {options.map(option => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}
