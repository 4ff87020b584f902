// How Kysely speaks to a Postgres server, directly or through a pooler.
//
// A pooler in transaction mode (PgBouncer and the like) lends a session of the server for one transaction, then gives
// it to somebody else. So nothing of ours lives in a session: no lock, no setting, no named statement, no temporary
// table, no LISTEN. What bounds a statement is said when a connection begins where the server is spoken to
// directly, and in every transaction where it is not. Nor does anything depend on the statements that a server that is
// spoken to directly keeps (kept-statements.ts).
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresAdapter,
  PostgresDialect,
  type PostgresDialectConfig,
  type QueryResult,
  type TransactionSettings,
} from "kysely";

export class ServerDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new LocklessAdapter();
  }
}

/** Says `settings` in each transaction, and puts every statement into one. */
export class PooledDialect extends ServerDialect {
  readonly #begin: string;

  /** `settings`: by name, as `set local` takes them. */
  constructor(config: PostgresDialectConfig, settings: Readonly<Record<string, string>>) {
    super(config);
    const said = Object.entries(settings).map(([name, value]) => `set local ${name} = ${value}`);
    this.#begin = ["begin", ...said].join("; ");
  }

  override createDriver(): Driver {
    return new PooledDriver(super.createDriver(), this.#begin);
  }
}

/** Kysely's own lock for migrations is held by the session; `migrate.ts` takes one that its transaction holds. */
class LocklessAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

class PooledDriver implements Driver {
  readonly #driver: Driver;
  readonly #begin: string;

  constructor(driver: Driver, begin: string) {
    this.#driver = driver;
    this.#begin = begin;
  }

  init(): Promise<void> {
    return this.#driver.init();
  }

  async acquireConnection(): Promise<PooledConnection> {
    return new PooledConnection(await this.#driver.acquireConnection(), this.#driver, this.#begin);
  }

  /** Transactions of ours ask for no isolation or access but the standard one. */
  async beginTransaction(connection: PooledConnection, settings: TransactionSettings): Promise<void> {
    if (settings.isolationLevel !== undefined || settings.accessMode !== undefined) {
      throw new Error("A transaction through a pooler has the standard isolation and access.");
    }
    await connection.begin();
  }

  commitTransaction(connection: PooledConnection): Promise<void> {
    return connection.end(() => this.#driver.commitTransaction(connection.inner));
  }

  rollbackTransaction(connection: PooledConnection): Promise<void> {
    return connection.end(() => this.#driver.rollbackTransaction(connection.inner));
  }

  releaseConnection(connection: PooledConnection): Promise<void> {
    return this.#driver.releaseConnection(connection.inner);
  }

  destroy(): Promise<void> {
    return this.#driver.destroy();
  }
}

class PooledConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly #driver: Driver;
  readonly #begin: string;
  #inTransaction = false;

  constructor(inner: DatabaseConnection, driver: Driver, begin: string) {
    this.inner = inner;
    this.#driver = driver;
    this.#begin = begin;
  }

  /** Where a setting is refused, nothing is left of the transaction. */
  async begin(): Promise<void> {
    try {
      await this.inner.executeQuery(CompiledQuery.raw(this.#begin));
    } catch (error) {
      await this.#driver.rollbackTransaction(this.inner).catch(() => {});
      throw error;
    }
    this.#inTransaction = true;
  }

  async end(how: () => Promise<void>): Promise<void> {
    this.#inTransaction = false;
    await how();
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#inTransaction) return this.inner.executeQuery<R>(query);
    await this.begin();
    try {
      const result = await this.inner.executeQuery<R>(query);
      await this.end(() => this.#driver.commitTransaction(this.inner));
      return result;
    } catch (error) {
      // What went wrong first is what there is to say; a connection that cannot roll back is let go of by its driver.
      await this.end(() => this.#driver.rollbackTransaction(this.inner)).catch(() => {});
      throw error;
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(query, chunkSize);
  }
}
