package io.jpm.os.linux.keeper;

import io.jpm.os.linux.libc.FdStoreCalls;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.PidFd;
import java.util.Optional;

/// Keeps descriptors open while no daemon is running. They are queued in a socket pair. Each
/// message consists of descriptors and a text that describes them.
///
/// A descriptor that was sent through a socket but not received yet stays open as long as a process
/// holds the socket (`unix(7)`). The keeper holds both ends. The next daemon copies them with
/// `pidfd_getfd(2)` and receives the messages. The pair has two directions. A daemon reads all
/// entries from one direction and sends those to keep into the other, which is read the next time.
/// Not thread-safe.
final class FdStore {
  /// The two ends of the pair; empty if there is no pair. The stored entries can be read from
  /// `ends[side]`.
  private int[] ends = {};

  private int side;

  /// Copies the socket pair of another process.
  ///
  /// @param first the descriptor number of one end in that process
  /// @param second the descriptor number of the other end
  /// @return the store; empty if the process has no such pair or the kernel denies access (Yama,
  ///   `ptrace(2)`)
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

  /// Returns the two ends, which are created on first use; empty if they cannot be created.
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

  /// Takes out one entry. The result is an empty message if there is none; an empty message is
  /// never stored.
  FdStoreCalls.DescriptorMessage take() {
    return FdStoreCalls.receive(ends[side]);
  }

  /// Returns the entry that [#take] would return next, and leaves it in the store.
  FdStoreCalls.DescriptorMessage peek() {
    return FdStoreCalls.peek(ends[side]);
  }

  /// Swaps the two directions, so that the entries that were put back become the content of the
  /// store. Must be called after all entries have been taken out.
  void swapDirections() {
    side = 1 - side;
  }

  /// Closes the daemon's copies of the ends; the keeper has its own copies.
  void close() {
    for (int end : ends) {
      Libc.close(end);
    }
    ends = new int[0];
  }
}
