/** One cluster for several users, closed when the last of them has let go of it. */
import type { Cluster } from './cluster.ts';

export class SharedCluster {
  private readonly create: () => Cluster;
  private cluster: Cluster | null = null;
  private users = 0;

  constructor(create: () => Cluster) {
    this.create = create;
  }

  acquire(): Cluster {
    this.users += 1;
    return (this.cluster ??= this.create());
  }

  /** Once for each `acquire`. */
  async release(): Promise<void> {
    this.users -= 1;
    if (this.users > 0) return;
    const { cluster } = this;
    this.cluster = null;
    await cluster?.close();
  }
}
