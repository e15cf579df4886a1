// A ring buffer of figures over time. The newest entry replaces the oldest.

export class Ring {
  /** @param size maximum number of entries; @param columns number of figures of each entry */
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

  /** Returns the newest figure of a column; NaN if there is none. */
  last(column) {
    return this.length === 0 ? NaN : this.columns[column][(this.next + this.size - 1) % this.size];
  }

  /** Returns the newest `most` figures of a column, oldest first. NaN, a gap, becomes null. */
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
