/** A list of row numbers that grows at both ends: live rows behind, older ones in front as a search goes back. */
export class RowList {
  #rows = new Uint32Array(1024);
  #start = 512;
  #end = 512;

  get size(): number {
    return this.#end - this.#start;
  }

  at(index: number): number {
    return this.#rows[this.#start + index]!;
  }

  push(row: number): void {
    if (this.#end === this.#rows.length) this.#grow(0, 1);
    this.#rows[this.#end++] = row;
  }

  /** Puts rows, in order, in front. */
  prepend(rows: ArrayLike<number>): void {
    if (this.#start < rows.length) this.#grow(rows.length, 0);
    this.#start -= rows.length;
    this.#rows.set(rows, this.#start);
  }

  dropFirst(): void {
    this.#start++;
  }

  shrink(size: number): void {
    this.#end = this.#start + size;
  }

  /** Lets rows before `first` go. Late rows stand out of order only near each other, so nearly all of them are in front. */
  dropBefore(first: number): void {
    let kept = this.#start;
    for (let i = this.#start; i < this.#end; i++) {
      const row = this.#rows[i]!;
      if (row >= first) this.#rows[kept++] = row;
    }
    this.#end = kept;
  }

  #grow(front: number, back: number): void {
    const size = this.size;
    const room = Math.max(1024, size);
    const rows = new Uint32Array(size + front + back + room);
    const start = front > 0 ? front + (room >>> 1) : this.#start;
    const fitting = Math.min(start, rows.length - size - back);
    rows.set(this.#rows.subarray(this.#start, this.#end), fitting);
    this.#rows = rows;
    this.#start = fitting;
    this.#end = fitting + size;
  }
}
