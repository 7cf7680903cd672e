/**
 * Visits as a fleet reports them: each host batches the spans of its own processes, so a trace comes in pieces, in several requests
 * that are near to each other.
 */
import { VisitBytes } from './visit_bytes.ts';
import { Visits, type VisitSpan } from './visits.ts';

const HOSTS = 8;

export class FleetRequests {
  private readonly visits: Visits;
  private readonly hosts: readonly VisitBytes[];
  private readonly ready: Uint8Array[] = [];
  private readonly spansPerRequest: number;

  /** `random` from 0 up to 1: the same numbers give the same requests. */
  constructor(random: () => number, spansPerRequest: number) {
    this.visits = new Visits(random);
    this.hosts = Array.from({ length: HOSTS }, () => new VisitBytes(random));
    this.spansPerRequest = spansPerRequest;
  }

  /** ExportTraceServiceRequest bytes, of `spansPerRequest` spans or a few more, that began around `startMs`. */
  next(startMs: number): Uint8Array {
    for (;;) {
      const request = this.ready.shift();
      if (request !== undefined) return request;
      this.addVisit(startMs);
    }
  }

  private addVisit(startMs: number): void {
    const visit = this.visits.next(startMs);
    for (const [number, host] of this.hosts.entries()) {
      const spans = visit.spans.filter((span) => hostOf(span) === number);
      if (spans.length === 0) continue;
      host.add(visit, spans);
      if (host.spans >= this.spansPerRequest) this.ready.push(host.take());
    }
  }
}

/** Where the process runs. */
function hostOf({ call, instance }: VisitSpan): number {
  let sum = instance * 5;
  for (let i = 0; i < call.service.length; i++) sum += call.service.charCodeAt(i);
  return sum % HOSTS;
}
