import React from 'react';

/** A name that breaks at its parts where it is too long, as `churn_` and `weekly`. */
export function Breaking({ text }: { text: string }): React.JSX.Element {
  return (
    <>
      {text.split(/(?<=[-_/.])(?=.)/).map((part, index) => (
        <React.Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </React.Fragment>
      ))}
    </>
  );
}
