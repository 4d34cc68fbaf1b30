import React from 'react';

import { ServerFailure } from '../../client/failure';
import type { Parameter } from '../../generated/answers';
import { CauseList } from '../../parts/field';
import { ParameterField } from '../../parts/parameter';
import { defaultOf, givenIn, written } from '../../parts/values';
import type { Written } from '../../parts/values';
import type { Where } from '../actions';
import { useFrame } from './frame';

/** Asks for the parameters of a run, and starts it. */
export function Start(props: {
  /** The pipeline in Airflow; null where it is not there. */
  dag: string | null;
  /** The notebook in the server's contents; null where it is not there. */
  path: string | null;
  /** The values of an earlier run. */
  given: Readonly<Record<string, unknown>> | null;
  close: () => void;
}): React.JSX.Element {
  const { monitor, actions, deeds, trans } = useFrame();
  const { dag, path } = props;
  /** Why Airflow does not have what it had when the run began. */
  const [lost, lose] = React.useState<ServerFailure | null>(null);
  const ready = monitor.project.airflow?.state === 'ready' && dag !== null && lost === null;
  const [chosen, choose] = React.useState<'here' | 'airflow' | null>(null);
  const place = path === null || (ready && chosen !== 'here') ? 'airflow' : 'here';
  const { parameters, failure } = useParameters(place === 'airflow' ? dag : null, path);
  React.useEffect(() => {
    if (failure !== null && place === 'airflow' && path !== null) {
      lose(failure);
    }
  }, [failure, place, path]);
  const [held, hold] = React.useState<ReadonlyMap<string, Written>>(new Map());
  const valueOf = (parameter: Parameter): Written =>
    held.get(parameter.name) ?? earlier(parameter, props.given) ?? defaultOf(parameter);
  const values = parameters === null ? null : givenIn(parameters, valueOf, trans);
  const start = async (): Promise<void> => {
    const where = placeOf(place === 'airflow' ? dag : null, path);
    if (where !== null && values !== null && (await actions.start(where, values))) {
      props.close();
    }
  };
  return (
    <form
      className="nbf-Start"
      aria-label={trans.__('Run now')}
      onSubmit={event => {
        event.preventDefault();
        void start();
      }}
    >
      {ready && path !== null && (
        <select
          aria-label={trans.__('Where it runs now')}
          value={place}
          onChange={event => choose(event.target.value === 'here' ? 'here' : 'airflow')}
        >
          <option value="airflow">{trans.__('in Airflow, as published')}</option>
          <option value="here">{trans.__('here, as the notebook is saved')}</option>
        </select>
      )}
      {lost !== null && (
        <p className="nbf-Field-help">
          {trans.__('It runs here, as the notebook is saved: %1.', lost.message)}
        </p>
      )}
      {failure !== null && (
        <CauseList
          causes={[{ message: failure.message, hint: failure.hint, severity: 'error', cell: null }]}
        />
      )}
      {parameters === null && failure === null && <p>{trans.__('Reading…')}</p>}
      {parameters?.length === 0 && (
        <p className="nbf-Field-help">{trans.__('It has no parameters.')}</p>
      )}
      {parameters?.map(parameter => (
        <ParameterField
          key={parameter.name}
          parameter={parameter}
          held={valueOf(parameter)}
          give={value => hold(new Map([...held, [parameter.name, value ?? defaultOf(parameter)]]))}
        />
      ))}
      <div className="nbf-Row">
        <button
          type="submit"
          className="nbf-Button nbf-mod-first"
          disabled={deeds.busy || values === null}
        >
          {trans.__('Start')}
        </button>
        <button type="button" className="nbf-Button" onClick={props.close}>
          {trans.__('Close')}
        </button>
      </div>
    </form>
  );
}

/** The parameters of a pipeline in Airflow, or else of a notebook; null before they are known. */
function useParameters(
  dag: string | null,
  path: string | null
): { parameters: readonly Parameter[] | null; failure: ServerFailure | null } {
  const { actions } = useFrame();
  const [parameters, show] = React.useState<readonly Parameter[] | null>(null);
  const [failure, fail] = React.useState<ServerFailure | null>(null);
  React.useEffect(() => {
    const where = placeOf(dag, path);
    show(null);
    fail(null);
    if (where === null) {
      return undefined;
    }
    const stopped = new AbortController();
    actions.parametersOf(where, stopped.signal).then(show, (error: unknown) => {
      if (error instanceof ServerFailure) {
        fail(error);
      }
    });
    return () => stopped.abort();
  }, [actions, dag, path]);
  return { parameters, failure };
}

/** A pipeline in Airflow, or else a notebook on the server's machine. */
function placeOf(dag: string | null, path: string | null): Where | null {
  if (dag !== null) {
    return { dag };
  }
  return path === null ? null : { path };
}

/** The value that an earlier run had, as a field holds it. */
function earlier(
  parameter: Parameter,
  given: Readonly<Record<string, unknown>> | null
): Written | undefined {
  if (given === null || !(parameter.name in given)) {
    return undefined;
  }
  const value = given[parameter.name];
  return typeof defaultOf(parameter) === 'boolean' ? value === true : written(parameter, value);
}
