/** The row at the top of what is seen, and the pixels of it that are hidden above. */
export class Top {
  index = 0;
  offset = 0;

  set(index: number, offset = 0): void {
    this.index = index;
    this.offset = offset;
  }

  /** Of `total` rows. */
  clamp(total: number): void {
    this.index = Math.max(0, Math.min(this.index, total - 1));
  }

  /** By pixels from the first row on, where all rows are equally high. */
  setPixels(pixels: number, rowHeight: number, total: number): void {
    this.index = Math.min(Math.floor(pixels / rowHeight), Math.max(0, total - 1));
    this.offset = pixels - this.index * rowHeight;
  }

  /** Moves whole rows from the offset into the index, by the heights that the rows have. */
  settle(total: number, heightOf: (index: number) => number): void {
    while (this.offset < 0 && this.index > 0) {
      this.index--;
      this.offset += heightOf(this.index);
    }
    for (
      let height = heightOf(this.index);
      this.offset >= height && this.index < total - 1;
      height = heightOf(this.index)
    ) {
      this.offset -= height;
      this.index++;
    }
    if (this.offset < 0) this.offset = 0;
  }
}
