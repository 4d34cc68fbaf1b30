import React from 'react';

import type { Run, Step, StepRun } from '../generated/answers';
import { NODE, cutTo, layout, roomIn } from './layout';
import type { LaidEdge, LaidNode } from './layout';
import { reasonOf, shortReason } from './needs';
import { SIGNS, stateInWords } from './states';
import { useTrans } from './words';

const MARGIN = 6;
/** How small it may become where there is little room; beyond that it is scrolled. */
const LEAST = 0.65;
/** Letters of an edge's reason that there is room for. */
const LETTERS = 16;

/** A step, and what it needs of which. */
export type Needy = Pick<Step, 'name' | 'needs'>;

/**
 * The steps, and what each needs of which: drawn, and in words.
 *
 * @param run - a run of them, whose states are shown.
 * @param hue - the colour of a step, counted from 0; without it steps have the colours of states.
 */
export function Graph(props: {
  steps: readonly Needy[];
  run: Run | null;
  hue?: (step: string) => number;
}): React.JSX.Element | null {
  const { steps, run, hue } = props;
  const trans = useTrans();
  const laid = React.useMemo(() => layout(steps), [steps]);
  if (steps.length === 0) {
    return null;
  }
  const width = laid.width + 2 * MARGIN;
  const height = laid.height + 2 * MARGIN;
  return (
    <>
      <div
        className="nbf-Graph"
        tabIndex={0}
        role="group"
        aria-label={trans.__('Graph of the steps')}
      >
        <svg
          width={width}
          height={height}
          style={{ minWidth: width * LEAST }}
          viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
          aria-hidden="true"
        >
          {laid.edges.map(edge => (
            <Edge key={`${edge.from} ${edge.to}`} edge={edge} steps={steps} />
          ))}
          {laid.nodes.map(node => (
            <Node key={node.name} {...node} run={run} hue={hue} />
          ))}
        </svg>
      </div>
      <ul className="nbf-Hidden">
        {steps.map(step => (
          <li key={step.name}>
            {step.needs.length === 0
              ? trans.__('%1 needs no other step', step.name)
              : step.needs
                  .map(need =>
                    trans.__('%1 needs %2: %3', step.name, need.step, reasonOf(need.because))
                  )
                  .join('; ')}
          </li>
        ))}
      </ul>
    </>
  );
}

function Node(
  props: LaidNode & { run: Run | null; hue: ((step: string) => number) | undefined }
): React.JSX.Element {
  const trans = useTrans();
  const { name, x, y, width, run, hue } = props;
  const found = run === null ? undefined : stepOf(name, run);
  const room = roomIn(width, found !== undefined);
  const done =
    found === undefined || found.cells_total === 0 ? 0 : found.cells_done / found.cells_total;
  return (
    <g
      className="nbf-Hue nbf-Graph-node"
      data-hue={hue?.(name)}
      data-state={found?.state}
      transform={`translate(${x} ${y})`}
    >
      <title>{found === undefined ? name : `${name}: ${stateInWords(found.state, trans)}`}</title>
      <rect className="nbf-Graph-box" width={width} height={NODE.height} rx={4} />
      {found?.state === 'running' && (
        <rect className="nbf-Graph-done" y={NODE.height - 3} width={width * done} height={3} />
      )}
      <rect className="nbf-Graph-bar" width={4} height={NODE.height} rx={2} />
      {/* A font may be wider than it was reckoned with: nothing of it leaves the box. */}
      <svg x={NODE.margin} width={room} height={NODE.height} overflow="hidden">
        <text y={NODE.height / 2} dominantBaseline="central">
          {cutTo(room, name)}
        </text>
      </svg>
      {found !== undefined && (
        <text
          className="nbf-Graph-sign"
          x={width - 14}
          y={NODE.height / 2}
          dominantBaseline="central"
          textAnchor="middle"
        >
          {SIGNS[found.state]}
        </text>
      )}
    </g>
  );
}

/** What a step did; of one that goes over a list, the item that tells most of how it stands. */
export function stepOf(name: string, run: Run): StepRun | undefined {
  const items = run.steps.filter(one => one.name.replace(/\[\d+\]$/, '') === name);
  const telling: StepRun['state'][] = ['failed', 'cancelled', 'running', 'retrying', 'queued'];
  const first = telling.flatMap(state => items.find(one => one.state === state) ?? [])[0];
  return first ?? items.at(-1);
}

function Edge({ edge, steps }: { edge: LaidEdge; steps: readonly Needy[] }): React.JSX.Element {
  const because =
    steps.find(step => step.name === edge.to)?.needs.find(need => need.step === edge.from)
      ?.because ?? [];
  const reason = reasonOf(because);
  const last = edge.points.at(-1);
  return (
    <g className="nbf-Graph-edge">
      <title>{`${edge.from} → ${edge.to}: ${reason}`}</title>
      <path d={pathOf(edge)} />
      {last !== undefined && (
        <path
          className="nbf-Graph-arrow"
          d={`M${last.x - 4} ${last.y - 7} L${last.x} ${last.y} L${last.x + 4} ${last.y - 7}`}
        />
      )}
      <text x={edge.label.x} y={edge.label.y} dominantBaseline="central" textAnchor="middle">
        {brief(shortReason(because), LETTERS)}
      </text>
    </g>
  );
}

/** A line that leaves and arrives straight. */
function pathOf({ points }: LaidEdge): string {
  return points
    .map(({ x, y }, index) => {
      const before = points[index - 1];
      if (before === undefined) {
        return `M${x} ${y}`;
      }
      const middle = (before.y + y) / 2;
      return `C${before.x} ${middle} ${x} ${middle} ${x} ${y}`;
    })
    .join(' ');
}

function brief(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}
