/** Whether and why a trace is kept: what the policies of tail sampling decide, and what its batch record says of it. */
export interface SamplingDecision {
  readonly kept: boolean;
  /** Name of the policy that decided. */
  readonly policy: string;
  /** Rejection threshold as in OpenTelemetry's `ot=th`, below 2^56; 0 keeps everything. */
  readonly threshold: number;
}

/** The decision where no policy is set: every trace is kept and stands for itself. */
export const KEEP_ALL: SamplingDecision = { kept: true, policy: '', threshold: 0 };
