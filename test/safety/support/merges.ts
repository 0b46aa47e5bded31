import type { DeletionLab } from '../../workflows/deletion/support/deletion-lab';
import { startMerging, type Merging } from '../../workflows/deletion/support/merging';
import type { Cluster } from '../../workflows/reflection/support/lab';

/** Deletes by a merged branch, one at a time: NetBox has one user who merges, and that one is whoever asks. */
export class Merges {
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly lab: DeletionLab,
    private readonly netbox: Merging,
  ) {}

  static async start(lab: DeletionLab): Promise<Merges> {
    return new Merges(lab, await startMerging(lab.world, lab.person));
  }

  /** @param userId of ours, who is linked with the NetBox user that merges, and no longer afterwards. @returns the request */
  mergeDelete(cluster: Cluster, name: string, userId: string | null): Promise<string> {
    const merge = async (): Promise<string> => {
      const { pool } = this.lab.world.database;
      await this.lab.sync(cluster);
      await pool.query(`update app_user set netbox_username = 'admin' where id = $1`, [userId]);
      const { run } = await this.netbox.mergeDelete([name]);
      await pool.query('update app_user set netbox_username = null');
      return this.netbox.requestOf(run, name);
    };
    const merged = this.last.then(merge, merge);
    this.last = merged;
    return merged;
  }
}
