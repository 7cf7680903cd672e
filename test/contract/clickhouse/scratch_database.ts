/** A database of a test's own on the test server. None is ever dropped: the embedded server dislikes that. */
import {
  connectClickHouse,
  type ClickHouse,
  type Row,
} from '../../../services/platform/clickhouse/client.ts';
import { TableRows, type NamedColumn } from '../../../services/core/native/block.ts';
import { testConnection, uniqueName } from '../../support/servers.ts';

export class ScratchDatabase {
  readonly name = uniqueName('contract');
  readonly clickhouse: ClickHouse = connectClickHouse(testConnection(this.name));

  async create(): Promise<void> {
    const anywhere = connectClickHouse(testConnection());
    await anywhere.command(`CREATE DATABASE ${this.name}`);
    await anywhere.close();
  }

  /** Makes a table of the columns' own types, stores their rows in it, and reads `select` of them in the order of storing. */
  async storeAndRead(columns: readonly NamedColumn[], select: string): Promise<Row[]> {
    const table = uniqueName('t');
    const types = columns.map(([name, column]) => `\`${name}\` ${column.type}`).join(', ');
    await this.clickhouse.command(`CREATE TABLE ${table} (${types}) ENGINE = MergeTree ORDER BY tuple()`);
    await this.insert(table, columns);
    // One part read by one thread comes in the order in which it was stored.
    return this.clickhouse.query(`SELECT ${select} FROM ${table} SETTINGS max_threads = 1`);
  }

  async insert(table: string, columns: readonly NamedColumn[], token = uniqueName('token')): Promise<void> {
    const block = new TableRows(table, columns).encode();
    await this.clickhouse.insertBlock({ ...block, token });
  }

  close(): Promise<void> {
    return this.clickhouse.close();
  }
}
