package io.jpm.logs.memory;

/// A write into a file.
///
/// @param target which of the stream's files, from 0
/// @param device the file's device number
/// @param inode the file's inode number
/// @param offset the file's size before
/// @param length how many bytes the file gets
/// @param consumed how many bytes of the stream those are
/// @param told how many lost lines the file tells of, as a total since the beginning
public record FileWrite(
    int target, long device, long inode, long offset, int length, int consumed, long told) {
  /// Checks the numbers.
  public FileWrite {
    if (target < 0 || length < 0 || consumed < 0) {
      throw new IllegalArgumentException("a write has no negative numbers");
    }
  }
}
