package io.jpm.logs.memory;

/// Where everything lies in the memory: a header, the table of streams, for each unit of room a
/// word that says whose it is, then the units themselves. What is not used yet is a hole in the
/// file and costs nothing.
///
/// @param streams how many streams there can be
/// @param units how many units there can be
/// @param unitBytes bytes of a unit, a power of two
/// @param stepUnits by how many units the memory grows
/// @param regionUnits how many units are mapped in one piece
/// @param headerBytes bytes of the header
record Geometry(
    int streams, int units, int unitBytes, int stepUnits, int regionUnits, int headerBytes) {
  /// Units of a page, so that thousands of streams with a line each fit into little; at most 4 GiB.
  static final Geometry USUAL = new Geometry(16_384, 1 << 20, 4096, 64, 16_384, 4096);

  /// A stream may have this many units at least, whatever its limit says.
  static final int LEAST_UNITS = 16;

  /// Bytes of a slot of the table of streams: version, length of the name, the name, the state
  /// twice.
  static final int SLOT_BYTES = 512;

  private static final int PAGE = 4096;

  /// One number for all that must be the same for a memory to be understood.
  long shape() {
    return (((long) streams << Integer.SIZE) | units) * 31 + (long) headerBytes * unitBytes;
  }

  /// Where the record of a stream begins.
  long slotAt(int slot) {
    return headerBytes + (long) slot * SLOT_BYTES;
  }

  /// Where the word about a unit is.
  long ownerAt(int unit) {
    return slotAt(streams) + (long) unit * Long.BYTES;
  }

  /// Where the units begin.
  long dataAt() {
    return (ownerAt(units) + PAGE - 1) / PAGE * PAGE;
  }

  /// Where a unit begins.
  long unitAt(int unit) {
    return dataAt() + (long) unit * unitBytes;
  }

  /// The number of the unit of a stream that has this position in it.
  long index(long position) {
    return Math.floorDiv(position, unitBytes);
  }

  /// The next position that begins a unit.
  long aligned(long position) {
    return index(position + unitBytes - 1) * unitBytes;
  }

  /// How many units hold so many bytes.
  int unitsFor(long bytes) {
    return (int) Math.min(units, (bytes + unitBytes - 1) / unitBytes);
  }
}
