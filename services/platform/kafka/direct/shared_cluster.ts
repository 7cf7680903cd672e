/** One cluster for several users, closed when the last of them has let go of it. */
import type { Cluster } from './cluster.ts';

export class SharedCluster {
  private readonly cluster: Cluster;
  private users = 0;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  acquire(): Cluster {
    this.users += 1;
    return this.cluster;
  }

  /** Once for each `acquire`. */
  async release(): Promise<void> {
    this.users -= 1;
    if (this.users === 0) await this.cluster.close();
  }
}
