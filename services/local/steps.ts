/** The progress of a start or a stop, step by step, with times; published at each change. */
import type { Clock } from '../platform/clock.ts';
import type { StepRecord } from './state.ts';

export class Steps {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #records: readonly StepRecord[] = [];

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get records(): readonly StepRecord[] {
    return this.#records;
  }

  /** Runs `work` as a step of that name; its result is the detail that is shown. */
  async run(name: string, work: () => Promise<string>): Promise<void> {
    const index = this.#records.length;
    const begun: StepRecord = {
      name,
      state: 'running',
      startedAtMs: this.#clock.now(),
      endedAtMs: null,
      detail: '',
    };
    this.#set(index, begun);
    try {
      const detail = await work();
      this.#set(index, { ...begun, state: 'done', endedAtMs: this.#clock.now(), detail });
    } catch (error) {
      this.#set(index, { ...begun, state: 'failed', endedAtMs: this.#clock.now() });
      throw error;
    }
  }

  #set(index: number, record: StepRecord): void {
    this.#records = [...this.#records.slice(0, index), record, ...this.#records.slice(index + 1)];
    this.#onChange();
  }
}
