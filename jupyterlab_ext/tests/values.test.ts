import { nullTranslator } from '@jupyterlab/translation';

import type { Parameter } from '../src/generated/answers';
import { priceInWords, sizeInWords } from '../src/parts/sizes';
import { controlOf, defaultOf, read } from '../src/parts/values';
import type { Written } from '../src/parts/values';

const trans = nullTranslator.load('nbflow');

function parameter(type: string, more: Partial<Parameter> = {}): Parameter {
  return {
    ...{
      name: 'x',
      type,
      nullable: false,
      default: null,
      computed: null,
      help: null,
      schema: {},
      secret: false
    },
    ...more
  };
}

const nullable = { nullable: true };
const bounded = { schema: { minimum: 1, maximum: 10 } };
const chosen = { schema: { enum: [1, 'two'] } };

test.each<[Parameter, Written, unknown]>([
  [parameter('str'), '007', '007'],
  [parameter('str'), '', ''],
  [parameter('str', nullable), '', null],
  [parameter('int'), '-3', -3],
  [parameter('int'), '9007199254740993', '9007199254740993'],
  [parameter('int', nullable), ' ', null],
  [parameter('int', bounded), '10', 10],
  [parameter('float'), '1e-3', 0.001],
  [parameter('float'), '-Infinity', '-Infinity'],
  [parameter('bool'), true, true],
  [parameter('list'), '[1, "a"]', [1, 'a']],
  [parameter('tuple'), '[]', []],
  [parameter('dict'), '{"a": null}', { a: null }],
  [parameter('none'), 'null', null],
  [parameter('any', { computed: 'now()' }), '', null],
  [parameter('int', chosen), '1', 1],
  [parameter('int', chosen), 'two', 'two']
])('%j written as %j is a value', (of, held, value) => {
  expect(read(of, held, trans)).toEqual({ value });
});

test.each<[Parameter, Written, string]>([
  [parameter('int'), '', 'Give a value.'],
  [parameter('int'), '1.5', 'Write a whole number.'],
  [parameter('int', bounded), '0', 'At least 1.'],
  [parameter('int', bounded), '11', 'At most 10.'],
  [parameter('float', { schema: { exclusiveMinimum: 0 } }), '0', 'More than 0.'],
  [parameter('float'), 'much', 'Write a number.'],
  [parameter('float'), '1e999', 'Write a number.'],
  [parameter('list'), '[1', 'Write JSON, such as [1, 2] or {"a": 1}; text in double quotes.'],
  [parameter('list'), '{}', 'Write a list, such as [1, 2].'],
  [parameter('dict'), '[]', 'Write an object, such as {"a": 1}.'],
  [parameter('str', { schema: { maxLength: 2 } }), 'abc', 'At most 2 long.'],
  [parameter('int', chosen), '3', 'Choose one of the list.']
])('%j written as %j is refused with words', (of, held, fault) => {
  expect(read(of, held, trans)).toEqual({ fault });
});

test.each<[Parameter, Written]>([
  [parameter('int', { default: 10 }), '10'],
  [parameter('str', { default: 'de' }), 'de'],
  [parameter('bool', { default: true }), true],
  [parameter('bool', { default: null, nullable: true }), ''],
  [parameter('list', { default: [1] }), '[1]'],
  [parameter('none'), 'null'],
  [parameter('any', { computed: 'now()' }), '']
])('%j has its default in its field', (of, held) => {
  expect(defaultOf(of)).toBe(held);
});

test('a list of allowed values is chosen from', () => {
  expect(controlOf(parameter('str', chosen))).toBe('choice');
});

const PROFILE = {
  ...{ name: 'gpu', default: false, allowed: true, image: null, price: 3.2 },
  ...{ cpu: { request: '2', limit: '4' }, memory: { request: '4Gi', limit: null }, disk: null },
  ...{ gpu: { count: 1, resource: 'nvidia.com/gpu', product: 'A100' } },
  ...{ fallback: null, escalate_to: null }
};

test('a profile is told with its size and its price', () => {
  expect(sizeInWords(PROFILE, trans)).toBe('2–4 CPU, 4Gi+ memory, 1 GPU (A100)');
  expect(priceInWords(PROFILE, trans)).toBe('3.2 an hour');
  const nothing = { ...PROFILE, cpu: null, memory: null, gpu: null, price: null };
  expect(sizeInWords(nothing, trans)).toBe('as much as the machine has');
  expect(priceInWords(nothing, trans)).toBe('');
});
