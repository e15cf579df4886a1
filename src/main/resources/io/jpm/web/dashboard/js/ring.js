// Figures over time with a fixed number of places: the oldest makes room for the newest.

export class Ring {
  /** @param size how many are kept; @param columns how many figures each entry has */
  constructor(size, columns) {
    this.size = size;
    this.columns = Array.from({ length: columns }, () => new Float64Array(size));
    this.next = 0;
    this.length = 0;
  }

  push(...figures) {
    this.columns.forEach((column, i) => {
      column[this.next] = figures[i];
    });
    this.next = (this.next + 1) % this.size;
    this.length = Math.min(this.length + 1, this.size);
  }

  /** The newest figure of a column; NaN where there is none. */
  last(column) {
    return this.length === 0 ? NaN : this.columns[column][(this.next + this.size - 1) % this.size];
  }

  /** The newest `most` figures of a column, oldest first; NaN, a gap, becomes null. */
  tail(column, most = this.size) {
    const many = Math.min(most, this.length);
    const values = new Array(many);
    for (let i = 0; i < many; i++) {
      const value = this.columns[column][(this.next - many + i + this.size) % this.size];
      values[i] = Number.isNaN(value) ? null : value;
    }
    return values;
  }
}
