/** Free ports for every way into the collector, and the settings that say so. */
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
  };
}
