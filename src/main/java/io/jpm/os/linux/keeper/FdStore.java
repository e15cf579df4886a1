package io.jpm.os.linux.keeper;

import io.jpm.os.linux.libc.FdStoreCalls;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.PidFd;
import java.util.Optional;

/// Keeps descriptors open while no daemon runs. They are queued in a socket pair, as messages of a
/// text and the descriptors that it describes.
///
/// A descriptor that was sent through a socket and not received yet stays open as long as a process
/// holds the socket, `unix(7)`. The keeper holds both ends. The next daemon copies them with
/// `pidfd_getfd(2)` and reads. The pair has two directions: one is read, and entries that must stay
/// are sent into the other, which is read the next time. Not thread-safe.
final class FdStore {
  /// Both ends, or empty. The stored entries can be read from `ends[side]`.
  private int[] ends = {};

  private int side;

  /// Copies the pair of another process.
  ///
  /// @param first descriptor number of one end in that process
  /// @param second descriptor number of the other end
  /// @return empty if it has none, or if the kernel denies access (Yama, `ptrace(2)`)
  static Optional<FdStore> of(PidFd holder, int first, int second) {
    int one = Libc.pidfdGetFd(holder.descriptor(), first);
    int other = Libc.pidfdGetFd(holder.descriptor(), second);
    if (one < 0 || other < 0) {
      Libc.close(one);
      Libc.close(other);
      return Optional.empty();
    }
    FdStore pair = new FdStore();
    pair.ends = new int[] {one, other};
    return Optional.of(pair);
  }

  boolean exists() {
    return ends.length == 2;
  }

  /// Returns the two ends, created on first use; empty if that fails.
  int[] ends() {
    int[] two = new int[2];
    if (!exists() && FdStoreCalls.socketPair(two) >= 0) {
      ends = two;
    }
    return ends.clone();
  }

  /// Takes over the ends of `other`, which must not be used afterwards.
  void replaceBy(FdStore other) {
    close();
    ends = other.ends;
    side = other.side;
  }

  /// Adds an entry.
  ///
  /// @return the negative `errno` on failure
  int put(FdStoreCalls.DescriptorMessage descriptorMessage) {
    return FdStoreCalls.send(ends[1 - side], descriptorMessage);
  }

  /// Puts an entry into the other direction.
  ///
  /// @return the negative `errno` on failure
  int putBack(FdStoreCalls.DescriptorMessage descriptorMessage) {
    return FdStoreCalls.send(ends[side], descriptorMessage);
  }

  /// Takes one entry out; empty if there is none, because no entry is stored empty.
  FdStoreCalls.DescriptorMessage take() {
    return FdStoreCalls.receive(ends[side]);
  }

  /// Returns the entry that [#take] would take out, and leaves it in the store.
  FdStoreCalls.DescriptorMessage peek() {
    return FdStoreCalls.peek(ends[side]);
  }

  /// Called when all entries have been taken out: makes the entries that were put back the content
  /// of the store.
  void swapDirections() {
    side = 1 - side;
  }

  /// Closes the daemon's copies of the ends; the keeper has its own.
  void close() {
    for (int end : ends) {
      Libc.close(end);
    }
    ends = new int[0];
  }
}
