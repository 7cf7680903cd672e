/** Free ports for every way into the collector, and the settings that say so. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../support/free_ports.ts';
import type { Doors } from './client.ts';

export async function chooseDoors(): Promise<Doors> {
  const [
    otlpGrpc = 0,
    otlpHttp = 0,
    zipkin = 0,
    jaegerCompact = 0,
    jaegerBinary = 0,
    jaegerHttp = 0,
    jaegerGrpc = 0,
    sampling = 0,
  ] = await freePorts(8);
  return { otlpGrpc, otlpHttp, zipkin, jaegerCompact, jaegerBinary, jaegerHttp, jaegerGrpc, sampling };
}

export function doorSettings(doors: Doors): Record<string, string> {
  return {
    SPANMILL_COLLECTOR_GRPC_PORT: String(doors.otlpGrpc),
    SPANMILL_COLLECTOR_HTTP_PORT: String(doors.otlpHttp),
    SPANMILL_COLLECTOR_ZIPKIN_PORT: String(doors.zipkin),
    SPANMILL_COLLECTOR_JAEGER_COMPACT_PORT: String(doors.jaegerCompact),
    SPANMILL_COLLECTOR_JAEGER_BINARY_PORT: String(doors.jaegerBinary),
    SPANMILL_COLLECTOR_JAEGER_HTTP_PORT: String(doors.jaegerHttp),
    SPANMILL_COLLECTOR_JAEGER_GRPC_PORT: String(doors.jaegerGrpc),
    SPANMILL_COLLECTOR_SAMPLING_PORT: String(doors.sampling),
  };
}

/** A sampling file that lets some services report everything and all others nearly nothing. Returns its path. */
export function writeSamplingFile(services: readonly string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'spanmill-interop-')), 'sampling.json');
  const strategies = {
    service_strategies: services.map((service) => ({ service, type: 'probabilistic', param: 1 })),
    default_strategy: { type: 'probabilistic', param: 0.001 },
  };
  writeFileSync(path, JSON.stringify(strategies));
  return path;
}
