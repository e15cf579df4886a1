package io.jpm.os.linux.keeper;

import io.jpm.os.linux.libc.FdStoreCalls;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.PidFd;
import java.util.Optional;

/// Descriptors that stay open while no daemon has them: they lie in a socket pair, each message
/// some text and the descriptors it tells of.
///
/// A descriptor that was sent through a socket and not yet received stays open, `unix(7)`, as long
/// as somebody has the socket. The keeper has both ends; the next daemon takes copies of them with
/// `pidfd_getfd(2)` and reads. The pair has two directions: one is read, and what is to stay goes
/// into the other, which is read the next time. Not for several threads.
final class FdStore {
  /// Both ends, or nothing; what there is lies before `ends[side]`.
  private int[] ends = {};

  private int side;

  /// The pair that another process has.
  ///
  /// @param first the number of one end there
  /// @param second of the other
  /// @return empty where it has none, or the kernel does not let us (Yama, `ptrace(2)`)
  static Optional<FdStore> of(PidFd holder, int first, int second) {
    int one = Libc.pidfdGetFd(holder.number(), first);
    int other = Libc.pidfdGetFd(holder.number(), second);
    if (one < 0 || other < 0) {
      Libc.close(one);
      Libc.close(other);
      return Optional.empty();
    }
    FdStore pair = new FdStore();
    pair.ends = new int[] {one, other};
    return Optional.of(pair);
  }

  boolean isThere() {
    return ends.length == 2;
  }

  /// The two ends, made when first asked for; nothing where that is not possible.
  int[] ends() {
    int[] two = new int[2];
    if (!isThere() && FdStoreCalls.socketPair(two) >= 0) {
      ends = two;
    }
    return ends.clone();
  }

  /// Takes over the ends of `other`, which is not to be used any more.
  void become(FdStore other) {
    close();
    ends = other.ends;
    side = other.side;
  }

  /// Adds to what is there.
  ///
  /// @return the negative `errno` when it does not take it
  int put(FdStoreCalls.Parcel parcel) {
    return FdStoreCalls.send(ends[1 - side], parcel);
  }

  /// Puts into the other direction.
  ///
  /// @return the negative `errno` when it does not take it
  int putBack(FdStoreCalls.Parcel parcel) {
    return FdStoreCalls.send(ends[side], parcel);
  }

  /// Takes one out; empty when there is no more, since none is put in empty.
  FdStoreCalls.Parcel take() {
    return FdStoreCalls.receive(ends[side]);
  }

  /// What [#take] would take out, which stays there.
  FdStoreCalls.Parcel look() {
    return FdStoreCalls.peek(ends[side]);
  }

  /// When everything was taken out: what was put back is now what is there.
  void turn() {
    side = 1 - side;
  }

  /// Lets go of the ends; the keeper has its own.
  void close() {
    for (int end : ends) {
      Libc.close(end);
    }
    ends = new int[0];
  }
}
