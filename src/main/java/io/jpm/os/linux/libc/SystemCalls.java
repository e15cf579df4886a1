package io.jpm.os.linux.libc;

import io.jpm.os.SystemFacts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// Binds the functions of the C library that describe the system as a whole. Used only for
/// diagnostics such as `jpm doctor`.
public final class SystemCalls {
  private static final Native STATVFS = new Native("statvfs");
  private static final Native ADJTIMEX = new Native("adjtimex");

  /// Memory for `struct timex`, which has 208 bytes.
  private static final long TIMEX_BYTES = 256;

  private static final long MAX_ERROR = 24;
  private static final int TIME_ERROR = 5;
  private static final int CLOSE_RANGE = 436;

  private SystemCalls() {}

  /// Returns how many more files can be created on the file system that contains `path`
  /// (`statvfs(3)`).
  public static OptionalLong freeInodes(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stat = arena.allocate(256, 8);
      int result = STATVFS.errnoInt(Libc.text(arena, path.toString()).address(), stat.address());
      boolean counted = result == 0 && stat.get(ValueLayout.JAVA_LONG, 40) > 0;
      return counted ? OptionalLong.of(stat.get(ValueLayout.JAVA_LONG, 56)) : OptionalLong.empty();
    }
  }

  /// Returns the state of the system clock (`adjtimex(2)`, which changes nothing when called with
  /// these arguments).
  public static Optional<SystemFacts.Clock> clock() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(TIMEX_BYTES, 8);
      int state = ADJTIMEX.errnoInt(time.address());
      return state < 0
          ? Optional.empty()
          : Optional.of(
              new SystemFacts.Clock(
                  state != TIME_ERROR,
                  Duration.ofNanos(time.get(ValueLayout.JAVA_LONG, MAX_ERROR) * 1000)));
    }
  }

  /// Reports whether `close_range(2)` works, by calling it for a range without open descriptors.
  public static boolean supportsCloseRange() {
    return Libc.systemCall(CLOSE_RANGE, 0xFFFF_FFFFL, 0xFFFF_FFFFL, 0) == 0;
  }

  /// Reports whether `pidfd_getfd(2)` works, by duplicating a descriptor of this process.
  public static boolean supportsPidfdGetfd() {
    int self = Libc.pidfdOpen((int) ProcessHandle.current().pid());
    if (self < 0) {
      return false;
    }
    int copy = Libc.pidfdGetFd(self, self);
    if (copy >= 0) {
      Libc.close(copy);
    }
    Libc.close(self);
    return copy >= 0;
  }

  /// Reports whether `epoll_create1(2)` works.
  public static boolean supportsEpoll() {
    int epoll = Libc.epollCreate();
    if (epoll >= 0) {
      Libc.close(epoll);
    }
    return epoll >= 0;
  }

  /// Reports whether a process has the pipe open for reading, by opening it for writing without
  /// blocking (`fifo(7)`). Returns false if the pipe does not exist; empty if this cannot be
  /// determined.
  public static Optional<Boolean> hasReader(Path fifo) {
    int fd = Libc.open(fifo, Libc.O_WRONLY | Libc.O_NONBLOCK, 0);
    if (fd >= 0) {
      Libc.close(fd);
      return Optional.of(true);
    }
    int noReader = 6;
    int absent = 2;
    return fd == -noReader || fd == -absent ? Optional.of(false) : Optional.empty();
  }
}
