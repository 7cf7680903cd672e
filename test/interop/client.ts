/** A client library, how it is got and run, and what must arrive of it. */
import type { Expectations } from './features.ts';

/** Ports of the collector under test. */
export interface Doors {
  readonly otlpGrpc: number;
  readonly otlpHttp: number;
  readonly zipkin: number;
  readonly jaegerCompact: number;
  readonly jaegerBinary: number;
  readonly jaegerHttp: number;
  readonly jaegerGrpc: number;
  readonly sampling: number;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a client's language needs on this machine. */
export interface Toolchain {
  readonly name: string;
  /** Fetches and builds what is not there yet. Throws MissingToolError where the machine lacks the program for it. */
  prepare(): Promise<void>;
}

/** The machine lacks a program: its clients are skipped, which is told and never counted as passed. */
export class MissingToolError extends Error {
  override name = 'MissingToolError';
}

export interface Client {
  readonly id: string;
  /** As the table names it: library, version. */
  readonly library: string;
  /** Protocol, encoding, transport. */
  readonly protocol: string;
  readonly toolchain: Toolchain;
  readonly command: (doors: Doors, service: string) => Command;
  readonly expected: Expectations;
}
