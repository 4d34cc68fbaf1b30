import React from 'react';

import { inline } from '../findings/findings';
import type { Diagnostic } from '../generated/answers';
import { useTrans } from './words';

/** Something wrong that a field, or a cell, is the cause of. */
export type Cause = Pick<Diagnostic, 'message' | 'severity' | 'cell'> & {
  readonly hint: string | null;
};

/** A part of the form with a heading. */
export function Section(props: {
  title: string;
  note?: React.ReactNode;
  children: React.ReactNode;
}): React.JSX.Element {
  const id = React.useId();
  return (
    <section className="nbf-Section" aria-labelledby={id}>
      <h3 id={id} className="nbf-Section-title">
        {props.title}
      </h3>
      {props.note !== undefined && <p className="nbf-Section-note">{props.note}</p>}
      {props.children}
    </section>
  );
}

/** A field with its label, what it is for, and what is wrong with it. */
export function Field(props: {
  label: string;
  help?: React.ReactNode;
  fault?: string | undefined;
  causes?: readonly Cause[] | undefined;
  children: (given: {
    id: string;
    'aria-describedby': string;
    'aria-invalid': boolean;
  }) => React.JSX.Element;
}): React.JSX.Element {
  const id = React.useId();
  const about = `${id}-about`;
  const causes = [
    ...(props.fault === undefined
      ? []
      : [{ message: props.fault, hint: null, severity: 'error' as const, cell: null }]),
    ...(props.causes ?? [])
  ];
  const wrong = causes.some(one => one.severity === 'error');
  return (
    <div className="nbf-Field" data-wrong={wrong}>
      <label className="nbf-Field-label" htmlFor={id}>
        {props.label}
      </label>
      <div className="nbf-Field-body">
        {props.children({ id, 'aria-describedby': about, 'aria-invalid': wrong })}
        <div id={about} className="nbf-Field-about">
          {props.help !== undefined && <p className="nbf-Field-help">{props.help}</p>}
          <CauseList causes={causes} />
        </div>
      </div>
    </div>
  );
}

/** What is wrong, and what to do about it. */
export function CauseList({ causes }: { causes: readonly Cause[] }): React.JSX.Element | null {
  const trans = useTrans();
  if (causes.length === 0) {
    return null;
  }
  return (
    <ul className="nbf-Causes">
      {causes.map((cause, index) => (
        <li key={index} className="nbf-Cause" data-severity={cause.severity}>
          <span className="nbf-Hidden">
            {cause.severity === 'error' ? trans.__('Error:') : trans.__('Warning:')}{' '}
          </span>
          <Inline text={cause.message} />
          {cause.hint !== null && cause.hint !== '' && (
            <>
              {/[.!?]$/.test(cause.message) ? ' ' : '. '}
              <Inline text={cause.hint} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Text in which `code` is marked as Markdown does. */
export function Inline({ text }: { text: string }): React.JSX.Element {
  return (
    <>
      {inline(text).map((node, index) =>
        node.nodeName === 'CODE' ? (
          <code key={index} className="nbf-Finding-quote">
            {node.textContent}
          </code>
        ) : (
          node.textContent
        )
      )}
    </>
  );
}
