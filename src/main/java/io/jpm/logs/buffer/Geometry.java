package io.jpm.logs.buffer;

/// The layout of the log buffer: a header, the stream table, an owner word for each unit, and the
/// units. Parts that are not used yet are holes in the file and occupy no memory.
///
/// @param streams the maximum number of streams
/// @param units the maximum number of units
/// @param unitBytes the size of a unit in bytes, a power of two
/// @param stepUnits the number of units by which the buffer grows
/// @param regionUnits the number of units that are mapped as one region
/// @param headerBytes the size of the header in bytes
record Geometry(
    int streams, int units, int unitBytes, int stepUnits, int regionUnits, int headerBytes) {
  /// The default layout. A unit has the size of a page, so that thousands of streams with one line
  /// each need little memory. All units together hold 4 GiB.
  static final Geometry USUAL = new Geometry(16_384, 1 << 20, 4096, 64, 16_384, 4096);

  /// The number of units that every stream may use, regardless of its limit.
  static final int LEAST_UNITS = 16;

  /// The size in bytes of a slot in the stream table. A slot contains the version, the length of
  /// the name, the name, and two copies of the state.
  static final int SLOT_BYTES = 512;

  private static final int PAGE = 4096;

  /// Returns a checksum of the layout. An existing buffer can be read only if it was created with
  /// the same checksum.
  long shape() {
    return (((long) streams << Integer.SIZE) | units) * 31 + (long) headerBytes * unitBytes;
  }

  /// Returns the file offset of a slot of the stream table.
  long slotAt(int slot) {
    return headerBytes + (long) slot * SLOT_BYTES;
  }

  /// Returns the file offset of a unit's owner word, which identifies the stream that owns the
  /// unit.
  long ownerAt(int unit) {
    return slotAt(streams) + (long) unit * Long.BYTES;
  }

  /// Returns the file offset of the first unit.
  long dataAt() {
    return (ownerAt(units) + PAGE - 1) / PAGE * PAGE;
  }

  /// Returns the file offset of a unit.
  long unitAt(int unit) {
    return dataAt() + (long) unit * unitBytes;
  }

  /// Returns the index, within its stream, of the unit that contains `position`.
  long index(long position) {
    return Math.floorDiv(position, unitBytes);
  }

  /// Returns `position` if a unit begins there, otherwise the start of the next unit.
  long aligned(long position) {
    return index(position + unitBytes - 1) * unitBytes;
  }

  /// Returns the number of units needed for `bytes`, limited to the total number of units.
  int unitsFor(long bytes) {
    return (int) Math.min(units, (bytes + unitBytes - 1) / unitBytes);
  }
}
