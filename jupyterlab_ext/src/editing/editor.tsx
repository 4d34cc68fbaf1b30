import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Profile } from '../generated/answers';
import { readMarks } from '../outline/marks';
import type { Kind } from '../outline/marks';
import { UNTAGGED_STEP } from '../outline/outline';
import { textAt } from '../parts/options';
import { sizeInWords } from '../parts/sizes';
import { namersOf, stepsOf } from './book';
import type { Book, Change } from './book';
import { Choice, Text } from './inputs';
import { Order } from './order';
import { markAs, namedStep, optionOf, putInStep, setOption, stepAbove } from './steps';
import { asName, isValue } from './tags';
import type { Single } from './tags';
import { kindInWords, nameFault } from './words';

/** What an editor of a cell is given. */
export interface Edited {
  readonly book: Book;
  /** The id of the cell. */
  readonly cell: string;
  /** Undefined before they are told, null where they are not known. */
  readonly profiles: readonly Profile[] | null | undefined;
  readonly readOnly: boolean;
  /** The steps that a step's code comes after whatever its tags say, as far as that is known. */
  needs(step: string): readonly string[];
  readonly trans: TranslationBundle;
  change(make: (book: Book) => Change): void;
  /** Ask for another name of a step. */
  rename(step: string): void;
}

const KINDS: readonly (Kind | null)[] = [null, 'step', 'setup', 'parameters', 'skip'];
/** papermill's cell with the values of one run; nothing makes it another one. */
const INJECTED = 'injected-parameters';

/** What a cell is, which step it belongs to, and how that step runs. */
export function CellEditor(edited: Edited): React.JSX.Element {
  const { book, cell, trans } = edited;
  const tagged = book.cells.find(one => one.id === cell);
  if (tagged?.code !== true) {
    return <p className="nbf-Editor-note">{trans.__('Text is not part of the pipeline.')}</p>;
  }
  if (tagged.tags.includes(INJECTED)) {
    return (
      <p className="nbf-Editor-note">
        {trans.__('papermill left this cell; it is skipped and can be deleted.')}
      </p>
    );
  }
  const place = book.places.get(cell);
  const step = place?.role === 'step' ? place.step : null;
  return (
    <>
      <Role key={cell} edited={edited} tags={tagged.tags} />
      {step !== null && <Step key={`${cell} ${step}`} edited={edited} step={step} />}
    </>
  );
}

/** What the cell is. */
function Role(props: { edited: Edited; tags: readonly string[] }): React.JSX.Element {
  const { edited, tags } = props;
  const { book, cell, trans, readOnly } = edited;
  const marks = readMarks(tags);
  const [asked, ask] = React.useState(false);
  // The field of a step that is named just now stays until the tags say so: the keyboard is in it.
  const naming = asked && marks.kind !== 'step';
  const kind = naming ? 'step' : marks.kind;
  React.useEffect(() => ask(now => now && marks.kind !== 'step'), [marks.kind]);
  const choose = (chosen: Kind | null): void => {
    ask(chosen === 'step' && marks.kind !== 'step');
    if (chosen !== 'step' && chosen !== marks.kind) {
      edited.change(now => markAs(now, cell, chosen));
    }
  };
  const above = stepAbove(book, cell);
  const named = namedStep(book, cell);
  const kinds = marks.kind === 'notebook' ? [...KINDS, marks.kind] : KINDS;
  return (
    <div className="nbf-Editor-group" role="group" aria-label={trans.__('This cell')}>
      <Choice
        label={trans.__('Cell is')}
        value={kind ?? ''}
        disabled={readOnly}
        options={kinds.map(one => ({
          value: one ?? '',
          label: kindInWords(one, above, trans)
        }))}
        commit={value => choose(kinds.find(one => (one ?? '') === value) ?? null)}
      />
      {(kind === 'step' || kind === 'notebook') && (
        <Text
          label={trans.__('Step')}
          value={naming ? '' : (marks.step ?? '')}
          choices={stepsOf(book)}
          placeholder={trans.__('name of the step')}
          disabled={readOnly || kind === 'notebook'}
          meant={asName}
          faultOf={name => (naming && name === '' ? '' : nameFault(name, trans))}
          commit={name => {
            if (name === '') {
              ask(false);
            } else {
              edited.change(now => putInStep(now, cell, name));
            }
          }}
        />
      )}
      {named !== null && (
        <button
          type="button"
          className="nbf-Link nbf-Editor-rename"
          disabled={readOnly}
          onClick={() => edited.rename(named)}
        >
          {trans.__('Rename step %1…', named)}
        </button>
      )}
    </div>
  );
}

/** How the cell's step runs. */
function Step({ edited, step }: { edited: Edited; step: string }): React.JSX.Element {
  const { book, trans, readOnly } = edited;
  if (namersOf(book, step).length === 0 && step !== UNTAGGED_STEP) {
    return (
      <p className="nbf-Editor-note">
        {trans.__('Name the step to say how it runs: no tag names it yet.')}
      </p>
    );
  }
  const choose = (option: Single, value: string): void =>
    edited.change(now => setOption(now, step, option, value === '' ? null : value));
  const value = (option: Single): string => optionOf(book, step, option) ?? '';
  return (
    <div className="nbf-Editor-group" role="group" aria-label={trans.__('The step %1', step)}>
      <Order {...{ edited, step }} />
      <ProfileField {...{ edited, value: value('profile'), commit: to => choose('profile', to) }} />
      <Text
        label={trans.__('Retries')}
        short
        numeric
        placeholder={trans.__('default')}
        value={value('retries')}
        disabled={readOnly}
        faultOf={text =>
          text === '' || isValue('retries', text)
            ? ''
            : trans.__('Write a whole number from 0 to 999.')
        }
        commit={text => choose('retries', text)}
      />
      <Text
        label={trans.__('Timeout')}
        short
        placeholder={trans.__('default')}
        value={value('timeout')}
        disabled={readOnly}
        faultOf={text =>
          text === '' || isValue('timeout', text)
            ? ''
            : trans.__('Write `90s`, `30m`, `1h30m` or `2d`.')
        }
        commit={text => choose('timeout', text)}
      />
      <Choice
        label={trans.__('Cache')}
        short
        value={value('cache')}
        disabled={readOnly}
        options={[
          { value: '', label: trans.__('default') },
          { value: 'enabled', label: trans.__('enabled') },
          { value: 'disabled', label: trans.__('disabled') }
        ]}
        commit={to => choose('cache', to)}
      />
    </div>
  );
}

/** The profiles of the settings; where they are not known, a name. */
function ProfileField(props: {
  edited: Edited;
  value: string;
  commit: (value: string) => void;
}): React.JSX.Element {
  const { edited, value, commit } = props;
  const { profiles, trans, readOnly } = edited;
  if (profiles === null) {
    return (
      <Text
        label={trans.__('Profile')}
        placeholder={trans.__('default')}
        value={value}
        disabled={readOnly}
        faultOf={text =>
          text === '' || isValue('profile', text) ? '' : trans.__('This is no name of a profile.')
        }
        commit={commit}
      />
    );
  }
  const told = profiles ?? [];
  const known = told.some(one => one.name === value);
  const meant = textAt(edited.book.options, 'profile') || told.find(one => one.default)?.name;
  return (
    <Choice
      label={trans.__('Profile')}
      value={value}
      disabled={readOnly}
      options={[
        {
          value: '',
          label: defaultInWords(
            told.find(one => one.name === meant),
            trans
          )
        },
        ...(known || value === ''
          ? []
          : [{ value, label: unknown(value, profiles !== undefined, trans) }]),
        // What is meant without a choice is in the list already, as that.
        ...told
          .filter(({ name }) => name === value || name !== meant)
          .map(one => ({
            value: one.name,
            label: one.allowed
              ? `${one.name} – ${sizeInWords(one, trans)}`
              : trans.__('%1 – not for your team', one.name),
            disabled: !one.allowed
          }))
      ]}
      commit={commit}
    />
  );
}

/** What a step runs on without a choice; settings without profiles have one that is called so. */
function defaultInWords(profile: Profile | undefined, trans: TranslationBundle): string {
  if (profile === undefined) {
    return trans.__('default');
  }
  const size = sizeInWords(profile, trans);
  return profile.name === 'default'
    ? trans.__('default – %1', size)
    : trans.__('default: %1 – %2', profile.name, size);
}

function unknown(name: string, told: boolean, trans: TranslationBundle): string {
  return told ? trans.__('%1 – not in the settings', name) : name;
}
