import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { PolicyError } from '../../../../services/core/redaction/located.ts';
import { policyOf } from '../../../support/redaction.ts';

function faultsOf(yaml: string): string[] {
  try {
    policyOf(yaml);
  } catch (error) {
    if (error instanceof PolicyError) return error.message.split('\n');
    throw error;
  }
  return [];
}

test('all faults of a policy are told at once, each with its line and column', () => {
  expect(
    faultsOf(`rules:
  - id: A b
    action: dorp
    attribut: x
  - id: b
    value: { pattern: "x(?=y)" }
    action: mask
    bytes: 3
  - { id: b, place: [span-nam, span], action: keep }
  - { id: c, action: drop }
  - { id: d, attribute: 5, place: span-name, action: truncate }
detectors: [emial]
limits: { events: -1, event: 3 }
limits: {}
`),
  ).toEqual([
    expect.stringMatching(/^policy.yaml:2:5: a rule must say what it is for/),
    expect.stringMatching(/^policy.yaml:2:9: an id must be of small letters/),
    'policy.yaml:3:13: action must be one of keep, drop, hash, mask, truncate',
    expect.stringMatching(
      /^policy.yaml:4:5: "attribut" is not known here; a rule may have id, action, attribute/,
    ),
    expect.stringMatching(/^policy.yaml:6:23: the pattern is not usable: at its character 2: .*linear time/),
    'policy.yaml:8:5: bytes is for the action truncate',
    expect.stringMatching(/^policy.yaml:9:22: place must be one of resource, scope/),
    expect.stringMatching(/^policy.yaml:10:5: a rule must say what it is for, by attribute, place or value/),
    'policy.yaml:11:25: attribute must be a text: put it in quotes',
    expect.stringMatching(/^policy.yaml:11:35: span-name has no attributes: place must be one of resource/),
    'policy.yaml:11:54: truncate must say to how many bytes',
    expect.stringMatching(/^policy.yaml:12:13: a detector must be one of card-number, email/),
    'policy.yaml:13:19: events must be a whole number from 0 to 1000000',
    expect.stringMatching(/^policy.yaml:13:23: "event" is not known here; limits may have span-attributes/),
    expect.stringMatching(/^policy.yaml:14:1: this name stands here twice/),
  ]);
});

describe('a policy is refused where it', () => {
  test.each([
    ['is no YAML', 'rules: [', /no YAML/],
    ['is no map', '- a', /a policy must be a map/],
    ['has anchors', 'rules: &a []\ndetectors: *a', /anchors/],
    [
      'names a rule twice',
      'rules: [{ id: a, attribute: a, action: keep }, { id: a, attribute: b, action: keep }]',
      /another rule/,
    ],
    [
      'has a detector and a rule of its name',
      'rules: [{ id: email, value: email, action: drop }]\ndetectors: [email]',
      /another rule/,
    ],
    [
      'would find what it writes',
      'rules: [{ id: a, value: email, action: mask, text: "was a@b.io" }]',
      /its own text/,
    ],
    [
      'would find nothing everywhere',
      "rules: [{ id: a, value: { pattern: 'a*' }, action: mask }]",
      /empty text/,
    ],
    [
      'has half a literal left',
      'rules: [{ id: a, value: sql-literals, action: mask, keep-last: 2 }]',
      /no SQL/,
    ],
    [
      'has two texts for a mask',
      'rules: [{ id: a, attribute: a, action: mask, keep-last: 2, text: x }]',
      /not both/,
    ],
    [
      'has a limit too small to be meant',
      'limits: { value-bytes: 3 }',
      /value-bytes must be a whole number from 16/,
    ],
    ['nests too deep', `a: ${'['.repeat(30)}${']'.repeat(30)}`, /nested deeper/],
  ])('%s', (_, yaml, problem) => {
    const faults = faultsOf(yaml);
    expect(faults.join('\n')).toMatch(problem);
    expect(faults.every((fault) => /^policy.yaml:\d+:\d+: /.test(fault))).toBe(true);
  });
});

test('an empty policy changes nothing, and the example is sound', () => {
  expect(policyOf('').rules).toEqual([]);
  const example = policyOf(
    readFileSync(new URL('../../../../deploy/redaction.example.yaml', import.meta.url), 'utf8'),
  );
  expect(example.ids).toContain('card-number');
  expect(example.limits.events).toBe(256);
});
