package io.jpm.os.linux.proc;

/// Reads details of a process that a [StatTable] does not contain. All methods return -1 if the
/// system does not report the value, for example for a process of another user.
public interface ProcessDetailReader {
  /// Reads the values that [#openFiles], [#readBytes] and [#writtenBytes] return for a process.
  void load(int pid);

  /// Returns the number of open descriptors.
  long openFiles();

  /// Returns the number of bytes read from disks.
  long readBytes();

  /// Returns the number of bytes written to disks.
  long writtenBytes();

  /// Returns the proportional set size (PSS) of a process in bytes, in which a shared page is
  /// divided between the processes that share it.
  long proportionalBytes(int pid);
}
