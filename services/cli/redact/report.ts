/** A dry run as tables. What was there before is shown as its shape only, unless it is asked for. */
import type { Change } from '../../core/redaction/pass.ts';
import { LIMITS, type Policy } from '../../core/redaction/policy.ts';
import { renderTable, type Column, type TableOptions } from '../table.ts';
import { plural } from '../units.ts';
import type { DryRun } from './dry_run.ts';
import { shapeOf } from './shape.ts';

const RULE_COLUMNS: readonly Column[] = [
  { name: 'rule', align: 'left' },
  { name: 'action', align: 'left' },
  { name: 'changes', align: 'right' },
];
const SAMPLE_COLUMNS: readonly Column[] = [
  { name: 'rule', align: 'left' },
  { name: 'place', align: 'left' },
  { name: 'attribute', align: 'left' },
  { name: 'before', align: 'left' },
  { name: 'after', align: 'left' },
];

export interface ReportOptions extends TableOptions {
  readonly showValues: boolean;
}

export function reportLines(run: DryRun, options: ReportOptions): string[] {
  const { changedSpans, policy, samples, spans } = run;
  const looked = `${plural(changedSpans, 'span')} of ${spans} would change.`;
  const tables = [renderTable(RULE_COLUMNS, ruleRows(run), options)];
  if (samples.length > 0) {
    const order = [...policy.ids, ...LIMITS] as string[];
    const sorted = [...samples].sort((a, b) => order.indexOf(a.cause) - order.indexOf(b.cause));
    tables.push(
      renderTable(
        SAMPLE_COLUMNS,
        sorted.map((change) => sampleRow(change, options.showValues)),
        options,
      ),
    );
  }
  return [...tables.flatMap((table) => [...table, '']), looked];
}

function ruleRows({ policy, tally }: DryRun): string[][] {
  const rules = policy.ids.map((id, number) => [
    id,
    actionOf(policy, number),
    String(tally.rules[number] ?? 0),
  ]);
  const limits = LIMITS.filter((limit) => tally.limits[limit] > 0 || isSet(policy, limit)).map((limit) => [
    limit,
    'limit',
    String(tally.limits[limit]),
  ]);
  return [...rules, ...limits];
}

const isSet = ({ limits }: Policy, limit: (typeof LIMITS)[number]): boolean =>
  limit !== 'nesting' && limit !== 'checked-bytes' && limits[limit] !== Infinity;

/** Exceptions change nothing, and are not counted. */
function actionOf({ rules }: Policy, number: number): string {
  return rules.find((rule) => rule.number === number)?.action.kind ?? '';
}

function sampleRow({ cause, place, name, before, after }: Change, showValues: boolean): string[] {
  const text = new TextDecoder().decode(before);
  const shown = showValues ? text : shapeOf(text);
  return [cause, place, name, shown, after === null ? '(dropped)' : new TextDecoder().decode(after)];
}
