/** A thread that runs a campaign and tells its supervisor what it finds. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { runCampaign, type CampaignResult, type Finding } from './campaign.ts';
import { SharedInput } from './shared_input.ts';
import { findTarget } from './targets.ts';

export interface WorkerTask {
  readonly target: string;
  readonly seed: number;
  readonly firstIteration: number;
  readonly inputs: number;
  readonly deadlineMs: number;
  readonly found: readonly Uint8Array[];
  readonly memory: SharedArrayBuffer;
}

export type WorkerMessage =
  | { readonly kind: 'started' }
  | { readonly kind: 'seed'; readonly input: Uint8Array }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'done'; readonly result: CampaignResult; readonly heapGrowthBytes: number };

/** Until then the heap fills with what is kept for good: compiled code, scratch of the decoder, seeds. */
const WARM_ITERATIONS = 10_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  // Twice: what frees memory outside the heap runs after the first.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const task = workerData as WorkerTask;
const tell = (message: WorkerMessage): void => parentPort?.postMessage(message);
const shared = new SharedInput(task.memory);
const target = await findTarget(task.target);
const warm: { bytes: number | null } = { bytes: null };
tell({ kind: 'started' });
const result = await runCampaign(target, {
  ...task,
  now: Date.now,
  onInput: (iteration, input) => {
    if (iteration - task.firstIteration === WARM_ITERATIONS) warm.bytes = heapBytes();
    shared.write(iteration, input);
  },
  onSeed: (input) => tell({ kind: 'seed', input }),
  onFinding: (finding) => tell({ kind: 'finding', finding }),
});
tell({ kind: 'done', result, heapGrowthBytes: warm.bytes === null ? 0 : heapBytes() - warm.bytes });
