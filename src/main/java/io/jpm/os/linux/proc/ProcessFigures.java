package io.jpm.os.linux.proc;

/// What a [StatTable] does not hold of a process. All methods give -1 where the system does not
/// tell, as of another user's process.
public interface ProcessFigures {
  /// Has what the three methods below tell read anew.
  void readFiles(int pid);

  /// How many descriptors are open.
  long openFiles();

  /// Bytes from disks.
  long readBytes();

  /// Bytes to disks.
  long writtenBytes();

  /// Resident memory by shares (PSS), in bytes.
  long sharedBytes(int pid);
}
