/** The answer of the query API about the pipeline. Types alone; a test holds them against what the service declares. */
type Figure = number | null;

export interface Flow {
  readonly total: Figure;
  readonly perSecond: Figure;
}

export interface Delay {
  readonly p50: Figure;
  readonly p95: Figure;
  readonly p99: Figure;
}

export interface Lag {
  readonly group: string;
  readonly topic: string | null;
  readonly partition: number;
  readonly records: number;
  readonly seconds: Figure;
}

export interface DeadLetters extends Flow {
  readonly service: string;
  readonly reason: string;
}

export interface StoredTable {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly parts: number;
}

export interface Pipeline {
  readonly at: string;
  readonly services: readonly {
    readonly url: string;
    readonly up: boolean;
    readonly problem: string | null;
  }[];
  readonly elapsedSeconds: Figure;
  readonly spans: Readonly<Record<'received' | 'acknowledged' | 'refused' | 'assembled' | 'stored', Flow>>;
  readonly delays: Readonly<Record<'transfer' | 'analysis' | 'commit' | 'insert' | 'storage', Delay>>;
  readonly collector: {
    readonly inFlightBytes: Figure;
    readonly inFlightLimitBytes: Figure;
    readonly spoolBytes: Figure;
    readonly spooling: Figure;
  };
  readonly traces: {
    readonly open: Figure;
    readonly residentBytes: Figure;
    readonly spilledBytes: Figure;
    readonly fragments: readonly (Flow & { readonly reason: string })[];
  };
  readonly lag: readonly Lag[];
  readonly deadLetters: readonly DeadLetters[];
  readonly sink: {
    readonly tables: readonly {
      readonly table: string;
      readonly rows: Flow;
      readonly inserts: Flow;
      readonly bytes: Flow;
      readonly failures: Flow;
    }[];
    readonly batches: readonly { readonly topic: string; readonly batches: Flow; readonly replays: Flow }[];
  };
  readonly storage: {
    readonly tables: readonly StoredTable[];
    readonly spansPerSecond: number;
    readonly newestAgeSeconds: Figure;
  } | null;
  readonly storageProblem: string | null;
}
