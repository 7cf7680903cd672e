/** The capacity page: what is written by hand stays, what follows from figures is put between its markers. Pure. */
import type { BenchResults } from '../stages/result.ts';
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import { readFigures } from './figures.ts';
import { plan } from './plan.ts';
import { assumptionsTable, figuresTable, planTable } from './plan_tables.ts';
import { policies } from './policies.ts';
import { picturesOf, replaySentence, resultsTable, settingsOfSimulation, type Simulated } from './results.ts';
import { simulate } from './simulate.ts';
import { short, whole } from './units.ts';
import { workedExample } from './worked.ts';

export const SEED = 1;
const RATES = [10_000, 100_000, 1_000_000, 10_000_000];
/** Whose arithmetic is shown, and which is simulated. */
const SHOWN_RATE = 1_000_000;

export interface Generated {
  /** What stands between the markers of a name. */
  readonly blocks: ReadonlyMap<string, readonly string[]>;
  /** By file name. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly simulated: readonly Simulated[];
}

export function generate(results: BenchResults, seed = SEED): Generated {
  const figures = readFigures(results);
  const assumed = DEFAULT_ASSUMPTIONS;
  const shown = plan(figures, assumed, SHOWN_RATE);
  const simulated = policies(figures, assumed, shown, seed).map((policy) => ({
    ...{ policy, outcome: simulate(policy.simulation) },
  }));
  const pictures = picturesOf(simulated);
  const blocks = new Map<string, readonly string[]>([
    ['measurement', measurement(results)],
    ['figures', figuresTable(figures)],
    [
      'plan',
      planTable(
        RATES.map((rate) => plan(figures, assumed, rate)),
        assumed,
      ),
    ],
    [
      'arithmetic',
      [`For ${short(SHOWN_RATE)} spans a second:`, '', ...workedExample(figures, assumed, shown)],
    ],
    ['assumptions', assumptionsTable()],
    ['replay', replaySentence(assumed)],
    ['setting', settingsOfSimulation(figures, assumed, SHOWN_RATE, seed)],
    ['simulation', [...resultsTable(simulated), ...images(simulated)]],
  ]);
  return { blocks, pictures, simulated };
}

function measurement({ commit, node, machine, at, results: [result] }: BenchResults): string[] {
  return [
    `By \`spanmill bench whole\` at commit ${commit}, ${node}, ${machine}, ${at}, at ${whole(result?.spansPerSecond ?? 0)} spans a second.`,
  ];
}

function images(simulated: readonly Simulated[]): string[] {
  return simulated.flatMap(({ policy: { file, name } }) =>
    file === null ? [] : ['', `![Load, capacity and lag over two days, ${name}](capacity/${file}.svg)`],
  );
}

/** `page` with each block between its markers. Throws where a marker is missing. */
export function withBlocks(page: string, blocks: Generated['blocks']): string {
  let made = page;
  for (const [name, lines] of blocks) {
    const [begin, end] = [`<!-- ${name}: made by \`make capacity\` -->`, `<!-- end of ${name} -->`];
    const [from, to] = [made.indexOf(begin), made.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`docs/capacity.md lacks its markers ${begin} and ${end}`);
    made = `${made.slice(0, from + begin.length)}\n\n${lines.join('\n')}\n\n${made.slice(to)}`;
  }
  return made;
}
