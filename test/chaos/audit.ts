// A second witness inside the database: who wrote which events when, whatever the service itself says. Each replica's
// connections name the process that they belong to, and a trigger writes that name down beside the owner of the row.
import pg from "pg";

export interface Written {
  readonly simulation: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** How many of them came from the engine: those that only the owner may write. */
  readonly engineEvents: number;
  /** The process: the name of the replica and its life, "replica-1/3". */
  readonly writer: string;
  /** As the row says, after the write. */
  readonly owner: string | null;
  readonly token: number;
  readonly attempt: number;
  /** Wall ms. */
  readonly at: number;
}

export interface Active {
  readonly id: string;
  readonly owner: string | null;
  readonly status: string;
  readonly lastSeq: number;
}

const witness = `
  create table chaos_written (
    simulation_id uuid not null, first_seq int not null, last_seq int not null, engine_events int not null,
    writer text not null, owner text, token bigint not null, attempt int not null,
    at timestamptz not null default clock_timestamp());
  create index on chaos_written (simulation_id, at);
  create function chaos_witness() returns trigger language plpgsql as $$ begin
    insert into chaos_written (simulation_id, first_seq, last_seq, engine_events, writer, owner, token, attempt)
      select fresh.simulation_id, min(fresh.seq), max(fresh.seq), count(fresh.engine_seq),
        current_setting('application_name'), s.owner, s.fencing_token, s.attempt
      from fresh join simulations s on s.id = fresh.simulation_id
      group by fresh.simulation_id, s.owner, s.fencing_token, s.attempt;
    return null;
  end $$;
  create trigger chaos_witness after insert on events referencing new table as fresh
    for each statement execute function chaos_witness();`;

const active = "status in ('QUEUED', 'STARTING', 'RUNNING', 'PAUSED')";

export class Audit {
  readonly #pool: pg.Pool;

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** On a database whose tables are there. */
  static async install(url: string): Promise<Audit> {
    const pool = new pg.Pool({
      connectionString: url,
      application_name: "chaos",
      max: 3,
      connectionTimeoutMillis: 3_000,
      query_timeout: 20_000,
    });
    // A connection that a fault has cut is replaced by the next question.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    await pool.query(witness);
    return new Audit(pool);
  }

  async rows<Row extends pg.QueryResultRow>(statement: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(statement, values)).rows;
  }

  /** What has not ended. */
  async active(): Promise<Active[]> {
    return this.rows<{ id: string; owner: string | null; status: string; lastSeq: number }>(
      `select id, owner, status, last_seq as "lastSeq" from simulations where ${active}`,
    );
  }

  async ofOwner(owner: string): Promise<Active[]> {
    return (await this.active()).filter((one) => one.owner === owner);
  }

  /** In the order of the writes. */
  async written(): Promise<Written[]> {
    return (
      await this.rows<{
        simulation_id: string;
        first_seq: number;
        last_seq: number;
        engine_events: number;
        writer: string;
        owner: string | null;
        token: string;
        attempt: number;
        at: Date;
      }>("select * from chaos_written order by at")
    ).map((row) => ({
      simulation: row.simulation_id,
      firstSeq: row.first_seq,
      lastSeq: row.last_seq,
      engineEvents: row.engine_events,
      writer: row.writer,
      owner: row.owner,
      token: Number(row.token),
      attempt: row.attempt,
      at: row.at.getTime(),
    }));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
