import React from 'react';

import type { Profile } from '../../generated/answers';
import { CauseList, Inline, Section } from '../../parts/field';
import type { Cause } from '../../parts/field';
import { textAt } from '../../parts/options';
import { priceInWords, sizeInWords } from '../../parts/sizes';
import { useFrame } from './frame';

/** What the whole runs on and how, and each step. */
export function Steps(): React.JSX.Element {
  const { draft, trans } = useFrame();
  const steps = draft.meant?.steps ?? [];
  return (
    <Section title={trans.__('What it runs on')}>
      <table className="nbf-Steps">
        <thead>
          <tr>
            <th scope="col">{trans.__('Step')}</th>
            <th scope="col">{trans.__('Profile')}</th>
            <th scope="col">{trans.__('Retries')}</th>
            <th scope="col">{trans.__('Timeout')}</th>
          </tr>
        </thead>
        <tbody>
          <Line step={null} />
          {steps.map(step => (
            <Line key={step.name} step={step.name} />
          ))}
        </tbody>
      </table>
      <Room />
    </Section>
  );
}

function Line({ step }: { step: string | null }): React.JSX.Element {
  const { causes, trans, hue } = useFrame();
  const where = step === null ? [] : ['steps', step];
  const field = (name: string): readonly Cause[] =>
    causes.fields.get([...where, name].join('.')) ?? [];
  const wrong = [
    ...field('profile'),
    ...field('retries'),
    ...field('timeout'),
    ...useRefusals(step)
  ];
  const title = step ?? trans.__('All steps');
  return (
    <>
      <tr data-whole={step === null}>
        <th scope="row">
          {step === null ? (
            title
          ) : (
            <span className="nbf-Hue nbf-Steps-name" data-hue={hue(step)} title={step}>
              {step}
            </span>
          )}
        </th>
        <td data-label={trans.__('Profile')}>
          <ProfileChoice step={step} where={where} wrong={field('profile').length > 0} />
        </td>
        <td data-label={trans.__('Retries')}>
          <Setting
            step={step}
            where={[...where, 'retries']}
            label={trans.__('Retries of %1', title)}
            wrong={field('retries').length > 0}
          />
        </td>
        <td data-label={trans.__('Timeout')}>
          <Setting
            step={step}
            where={[...where, 'timeout']}
            label={trans.__('Timeout of %1, such as 30m or 2h', title)}
            wrong={field('timeout').length > 0}
          />
        </td>
      </tr>
      {wrong.length > 0 && (
        <tr className="nbf-Steps-wrong">
          <td colSpan={4}>
            <CauseList causes={wrong} />
          </td>
        </tr>
      )}
    </>
  );
}

function ProfileChoice(props: {
  step: string | null;
  where: readonly string[];
  wrong: boolean;
}): React.JSX.Element {
  const { draft, trans, tags } = useFrame();
  const { step, where, wrong } = props;
  const { project } = draft;
  const tag = tagOf(step === null ? [] : tags(step), 'profile');
  const said = textAt(draft.choices.now, ...where, 'profile');
  const whole = textAt(draft.choices.now, 'profile');
  const inherited =
    step === null || whole === '' ? (project.settings?.default_profile ?? '') : whole;
  const used = tag ?? (said === '' ? inherited : said);
  const profile = project.profile(used);
  const known = project.profiles.some(one => one.name === said);
  // What is meant without a choice is in the list already, as that.
  const offered = project.profiles.filter(({ name }) => name === said || name !== inherited);
  const about = React.useId();
  if (tag !== null) {
    return (
      <div>
        <Tagged tag={`profile:${tag}`} />
        {profile !== undefined && <About profile={profile} id={about} />}
      </div>
    );
  }
  return (
    <div>
      <select
        aria-label={trans.__('Profile of %1', step ?? trans.__('All steps'))}
        aria-describedby={about}
        aria-invalid={wrong}
        value={said}
        onChange={event =>
          draft.choices.choose([...where, 'profile'], event.target.value || undefined)
        }
      >
        <option value="">
          {step === null
            ? inherited === 'default'
              ? trans.__('project’s default')
              : trans.__('project’s default: %1', inherited)
            : trans.__('as all steps: %1', inherited)}
        </option>
        {said !== '' && !known && <option value={said}>{said}</option>}
        {offered.map(one => (
          <option key={one.name} value={one.name} disabled={!one.allowed}>
            {one.allowed ? one.name : trans.__('%1 – not for your team', one.name)}
          </option>
        ))}
      </select>
      {profile !== undefined && (step === null || said !== '') && (
        <About profile={profile} id={about} />
      )}
    </div>
  );
}

/** What a profile is, what it costs, and whether the team may have it. */
function About({ profile, id }: { profile: Profile; id: string }): React.JSX.Element {
  const { trans } = useFrame();
  const parts = [sizeInWords(profile, trans), priceInWords(profile, trans)].filter(Boolean);
  return (
    <p className="nbf-Steps-about" id={id}>
      {parts.join(' · ')}
      {!profile.allowed && (
        <span className="nbf-Steps-barred"> · {trans.__('not for your team')}</span>
      )}
    </p>
  );
}

function Setting(props: {
  step: string | null;
  where: readonly string[];
  label: string;
  wrong: boolean;
}): React.JSX.Element {
  const { draft, tags } = useFrame();
  const { step, where, label, wrong } = props;
  const name = where.at(-1) ?? '';
  const tag = tagOf(step === null ? [] : tags(step), name);
  if (tag !== null) {
    return <Tagged tag={`${name}:${tag}`} />;
  }
  const inherited = step === null ? '' : textAt(draft.choices.now, name);
  const number = name === 'retries';
  return (
    <input
      className="nbf-mod-short"
      aria-label={label}
      aria-invalid={wrong}
      inputMode={number ? 'numeric' : undefined}
      placeholder={inherited || '–'}
      value={textAt(draft.choices.now, ...where)}
      onChange={event => {
        const text = event.target.value.trim();
        const value = number && /^\d+$/.test(text) ? Number(text) : text;
        draft.choices.choose(where, text === '' ? undefined : value);
      }}
    />
  );
}

/** What a tag says already, which the form does not say once more. */
function Tagged({ tag }: { tag: string }): React.JSX.Element {
  const { trans } = useFrame();
  return (
    <span className="nbf-Tagged" title={trans.__('A tag of the step says so; change it there.')}>
      {tag}
      <span className="nbf-Hidden">{trans.__(', by a tag of the step')}</span>
    </span>
  );
}

/** What the cluster says of a step's pod. */
function useRefusals(step: string | null): Cause[] {
  const { draft } = useFrame();
  const findings = draft.room.found?.asked?.findings ?? [];
  return findings.flatMap(found => {
    const steps = Array.isArray(found.steps) ? found.steps : [];
    const ill = found.stops === true || found.verdict === 'warning';
    return step !== null && ill && steps.includes(step)
      ? [
          {
            message: String(found.message),
            hint: typeof found.hint === 'string' ? found.hint : null,
            severity: found.stops === true ? ('error' as const) : ('warning' as const),
            cell: null
          }
        ]
      : [];
  });
}

/** Whether the cluster has room; nothing where none is meant. */
function Room(): React.JSX.Element | null {
  const { draft, trans } = useFrame();
  const asked = draft.room.found?.asked ?? null;
  if (asked === null) {
    return draft.room.failure === null ? null : (
      <p className="nbf-Field-help">
        <Inline
          text={trans.__(
            'Whether the cluster has room is not known: %1',
            draft.room.failure.message
          )}
        />
      </p>
    );
  }
  const stops = asked.findings.some(found => found.stops === true);
  return (
    <p className="nbf-Field-help" aria-live="polite">
      {asked.unasked !== null ? (
        <Inline text={trans.__('Whether the cluster has room is not known: %1', asked.unasked)} />
      ) : stops ? (
        trans.__('The cluster cannot run all steps.')
      ) : (
        trans.__('The cluster could run all steps now or as soon as there is room.')
      )}
    </p>
  );
}

/** The argument of a tag among others: of `retries` in `retries:2` it is `2`. */
function tagOf(tags: readonly string[], name: string): string | null {
  const found = tags.find(tag => tag.startsWith(`${name}:`));
  return found === undefined ? null : found.slice(name.length + 1);
}
