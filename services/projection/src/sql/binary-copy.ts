import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** Rows in PostgreSQL's binary COPY format, the cheapest way to get many rows in. Fields are written in column order. */
export class BinaryCopy {
  private buffer: Buffer;
  private at = 0;

  constructor(
    private readonly table: string,
    private readonly columns: readonly string[],
    sizeHint = 1 << 16,
  ) {
    this.buffer = Buffer.allocUnsafe(sizeHint);
    this.ensure(19);
    this.at += this.buffer.write('PGCOPY\n\xff\r\n\0', this.at, 'latin1');
    this.at = this.buffer.writeInt32BE(0, this.at); // flags
    this.at = this.buffer.writeInt32BE(0, this.at); // length of the header's extension
  }

  /** Starts a row; exactly one call per column must follow. */
  row(): this {
    this.ensure(2);
    this.at = this.buffer.writeInt16BE(this.columns.length, this.at);
    return this;
  }

  uuid(id: string): this {
    const hex = id.replaceAll('-', '');
    this.ensure(20);
    this.at = this.buffer.writeInt32BE(16, this.at);
    const written = this.buffer.write(hex, this.at, 16, 'hex');
    if (written !== 16 || hex.length !== 32) throw new Error(`Not a UUID: '${id}'`);
    this.at += 16;
    return this;
  }

  int4(value: number): this {
    this.ensure(8);
    this.at = this.buffer.writeInt32BE(4, this.at);
    this.at = this.buffer.writeInt32BE(value, this.at);
    return this;
  }

  /** A business date `YYYY-MM-DD`; binary dates are days since 2000-01-01. */
  date(value: string): this {
    const days = (Date.parse(`${value}T00:00:00Z`) - Y2K) / 86_400_000;
    if (!Number.isInteger(days)) throw new Error(`Not a date: '${value}'`);
    return this.int4(days);
  }

  bytes(value: Uint8Array): this {
    this.ensure(4 + value.length);
    this.at = this.buffer.writeInt32BE(value.length, this.at);
    this.buffer.set(value, this.at);
    this.at += value.length;
    return this;
  }

  /** Sends the rows by COPY within the caller's transaction. */
  async send(tx: ClientBase): Promise<void> {
    this.ensure(2);
    this.at = this.buffer.writeInt16BE(-1, this.at);
    const stream = tx.query(
      copyFrom(`COPY ${this.table} (${this.columns.join(', ')}) FROM STDIN WITH (FORMAT binary)`),
    );
    await new Promise<void>((resolve, reject) => {
      stream.once('finish', resolve).once('error', reject);
      stream.end(this.buffer.subarray(0, this.at));
    });
  }

  private ensure(more: number): void {
    if (this.at + more <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + more));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}

const Y2K = Date.UTC(2000, 0, 1);
