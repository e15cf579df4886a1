package io.jpm.logs.buffer;

/// A write of stream bytes to one of the stream's files, as recorded in the log buffer.
///
/// @param target the index of the file among the stream's files, from 0
/// @param device the file's device number
/// @param inode the file's inode number
/// @param offset the file's size before the write
/// @param length the number of bytes written to the file
/// @param consumed the number of stream bytes from which the written bytes were formatted
/// @param reportedLines the total number of dropped lines that the file reports after the write
public record FileWrite(
    int target,
    long device,
    long inode,
    long offset,
    int length,
    int consumed,
    long reportedLines) {
  /// Checks the numbers.
  ///
  /// @throws IllegalArgumentException if `target`, `length` or `consumed` is negative
  public FileWrite {
    if (target < 0 || length < 0 || consumed < 0) {
      throw new IllegalArgumentException("target, length and consumed must not be negative");
    }
  }
}
