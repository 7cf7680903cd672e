/** What a gRPC server is told of its methods, and they of their calls. */
import type { Caller } from '../auth/presented.ts';
import type { GrpcRefusal } from './grpc_status.ts';

/** What is known of a call beside its message. */
export interface GrpcCall extends Caller {
  /** What the gate was told of this call by. */
  readonly visit: object;
  /** Aborted when the client leaves, or its deadline passes. */
  readonly signal: AbortSignal;
}

export interface GrpcMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The response message, a list of them where the method streams, or why there is none. The request is the handler's. */
  readonly handle: (
    request: Buffer,
    call: GrpcCall,
  ) => Promise<Uint8Array | readonly Uint8Array[] | GrpcRefusal>;
}

/** Whether a call may come in: asked by its metadata alone, before its message is read. Null when it may. */
export type GrpcGate = (visit: object, caller: Caller) => Promise<GrpcRefusal | null>;
