package io.jpm.os.linux;

import io.jpm.model.ByteText;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The C library, and the only place that knows native functions.
///
/// Every function goes through one downcall handle of six longs and a long: linking a shape of its
/// own for each costs 8 ms apiece at the daemon's start, this one is linked once. Both calling
/// conventions (x86-64 and arm64 System V) pass an `int` or a pointer in the same register as a
/// `long`, for variadic functions too; only the upper half of a returned `int` is undefined and cut
/// off here.
///
/// Unless said otherwise a method returns what the function returns, or the negative `errno` where
/// that returns -1: the number cannot be lost between call and question.
final class Libc {
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_NOCTTY = 0x100;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;
  static final int O_PATH = 0x200000;

  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");

  /// Differs between the architectures, unlike the others.
  static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;

  static final int AF_UNIX = 1;

  static final int EPOLLIN = 1;
  static final int EPOLLHUP = 0x10;
  static final int EPOLLONESHOT = 1 << 30;

  /// `struct epoll_event` is packed on x86-64 only, `epoll_event(3type)`.
  static final int EPOLL_EVENT_BYTES = ARM ? 16 : 12;

  static final int EPOLL_DATA_OFFSET = ARM ? 8 : 4;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout STATE_LAYOUT = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      STATE_LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  @SuppressWarnings("restricted") // the one downcall of jpm: arguments are checked by its callers
  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG),
              Linker.Option.captureCallState("errno"));

  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE_LAYOUT));

  private static final Function OPEN = new Function("open");
  private static final Function CLOSE = new Function("close");
  private static final Function READ = new Function("read");
  private static final Function WRITE = new Function("write");
  private static final Function LSEEK = new Function("lseek");
  private static final Function SPLICE = new Function("splice");
  private static final Function MKFIFO = new Function("mkfifo");
  private static final Function FCNTL = new Function("fcntl");
  private static final Function IOCTL = new Function("ioctl");
  private static final Function EPOLL_CREATE = new Function("epoll_create1");
  private static final Function EPOLL_CTL = new Function("epoll_ctl");
  private static final Function EPOLL_WAIT = new Function("epoll_wait");
  private static final Function EVENTFD = new Function("eventfd");
  private static final Function WAITID = new Function("waitid");
  private static final Function KILL = new Function("kill");
  private static final Function SIGNAL = new Function("signal");
  private static final Function MADVISE = new Function("madvise");
  private static final Function MALLOC_TRIM = new Function("malloc_trim");
  private static final Function SYSCONF = new Function("sysconf");
  private static final Function GETEUID = new Function("geteuid");
  private static final Function CLOCK_GETTIME = new Function("clock_gettime");
  private static final Function SOCKET = new Function("socket");
  private static final Function SEND_TO = new Function("sendto");
  private static final Function SYSCALL = new Function("syscall");
  private static final Function SPAWN = new Function("posix_spawn");
  private static final Function ATTR_INIT = new Function("posix_spawnattr_init");
  private static final Function ATTR_FLAGS = new Function("posix_spawnattr_setflags");
  private static final Function ATTR_DEFAULTS = new Function("posix_spawnattr_setsigdefault");
  private static final Function ATTR_MASK = new Function("posix_spawnattr_setsigmask");
  private static final Function ACTIONS_INIT = new Function("posix_spawn_file_actions_init");
  private static final Function ACTIONS_DESTROY = new Function("posix_spawn_file_actions_destroy");
  private static final Function ACTIONS_DUP2 = new Function("posix_spawn_file_actions_adddup2");
  private static final Function ACTIONS_FCHDIR =
      new Function("posix_spawn_file_actions_addfchdir_np");
  private static final Function ACTIONS_CLOSEFROM =
      new Function("posix_spawn_file_actions_addclosefrom_np");

  private Libc() {}

  /// The first of the functions which older or other C libraries lack and this one lacks too:
  /// `addfchdir_np` came with glibc 2.29, `addclosefrom_np` with 2.34.
  static Optional<String> missingFunction() {
    for (Function function : new Function[] {SPAWN, ACTIONS_FCHDIR, ACTIONS_CLOSEFROM}) {
      if (Linker.nativeLinker().defaultLookup().find(function.name).isEmpty()) {
        return Optional.of(function.name);
      }
    }
    return Optional.empty();
  }

  /// `text` as a C string, bytes as in [ByteText].
  static MemorySegment text(SegmentAllocator allocator, String text) {
    byte[] bytes = ByteText.toBytes(text);
    MemorySegment segment = allocator.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    segment.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
    return segment;
  }

  /// `open(2)`.
  static int open(MemorySegment path, int flags, int mode) {
    return intCall(OPEN, path.address(), flags, mode, 0);
  }

  /// `open(2)`, always close-on-exec.
  static int open(Path path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return open(text(arena, path.toString()), flags | O_CLOEXEC, mode);
    }
  }

  /// `close(2)`; the result tells nothing that one could act on.
  static void close(int fd) {
    invoke(CLOSE, fd, 0, 0, 0, 0, 0);
  }

  /// `read(2)`.
  static int read(int fd, MemorySegment buffer) {
    return intCall(READ, fd, buffer.address(), buffer.byteSize(), 0);
  }

  /// `write(2)`.
  static int write(int fd, MemorySegment buffer) {
    return intCall(WRITE, fd, buffer.address(), buffer.byteSize(), 0);
  }

  /// `lseek(2)` to the end of the file.
  static void seekToEnd(int fd) {
    invoke(LSEEK, fd, 0, 2, 0, 0, 0);
  }

  /// `splice(2)` from a pipe, not waiting for it: SPLICE_F_MOVE | SPLICE_F_NONBLOCK.
  static int splice(int from, int to, int most) {
    return errnoInt(invoke(SPLICE, from, 0, to, 0, most, 3));
  }

  /// `mkfifo(3)`.
  static int mkfifo(Path path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return intCall(MKFIFO, text(arena, path.toString()).address(), mode, 0, 0);
    }
  }

  /// `fcntl(2)`, F_DUPFD_CLOEXEC: the same description under a number of at least `least`.
  static int duplicateAbove(int fd, int least) {
    return intCall(FCNTL, fd, 1030, least, 0);
  }

  /// `fcntl(2)`, F_SETPIPE_SZ.
  static int setPipeSize(int fd, int bytes) {
    return intCall(FCNTL, fd, 1031, bytes, 0);
  }

  /// `fcntl(2)`, F_GETPIPE_SZ: negative for anything that is not a pipe.
  static int pipeSize(int fd) {
    return intCall(FCNTL, fd, 1032, 0, 0);
  }

  /// `ioctl(2)`.
  static int ioctl(int fd, long request, MemorySegment argument) {
    return intCall(IOCTL, fd, request, argument.address(), 0);
  }

  /// `epoll_create1(2)`, close-on-exec.
  static int epollCreate() {
    return intCall(EPOLL_CREATE, O_CLOEXEC, 0, 0, 0);
  }

  /// `epoll_ctl(2)`; `operation` is 1 to add, 2 to delete, 3 to modify.
  static int epollControl(int epoll, int operation, int fd, MemorySegment event) {
    return intCall(EPOLL_CTL, epoll, operation, fd, event.address());
  }

  /// `epoll_wait(2)`; `milliseconds` -1 waits without end.
  static int epollWait(int epoll, MemorySegment events, int milliseconds) {
    long most = events.byteSize() / EPOLL_EVENT_BYTES;
    return intCall(EPOLL_WAIT, epoll, events.address(), most, milliseconds);
  }

  /// `eventfd(2)`, close-on-exec and not blocking.
  static int eventFd() {
    return intCall(EVENTFD, 0, O_CLOEXEC | O_NONBLOCK, 0, 0);
  }

  /// `waitid(2)`, WEXITED; `idType` is P_PID 1 or P_PIDFD 3.
  static int waitExited(int idType, int id, MemorySegment signalInfo) {
    return intCall(WAITID, idType, id, signalInfo.address(), 4);
  }

  /// `kill(2)`.
  static int kill(int pid, int signal) {
    return intCall(KILL, pid, signal, 0, 0);
  }

  /// `signal(2)`: SIGCHLD by default again. A daemon started with it ignored would inherit that,
  /// and the kernel would throw the exit status of every child away.
  static void keepChildStatus() {
    invoke(SIGNAL, 17, 0, 0, 0, 0, 0);
  }

  /// `madvise(2)`, MADV_DONTNEED: what a private mapping of a file has not changed is read from the
  /// file again when it is needed. Changes would be lost.
  static int dropUnchanged(long address, long bytes) {
    return intCall(MADVISE, address, bytes, 4, 0);
  }

  /// `malloc_trim(3)`: freed memory goes back to the system.
  static void trimMalloc() {
    invoke(MALLOC_TRIM, 0, 0, 0, 0, 0, 0);
  }

  /// `sysconf(3)`, _SC_CLK_TCK: the unit of times in `/proc/PID/stat`.
  static long ticksPerSecond() {
    return invoke(SYSCONF, 2, 0, 0, 0, 0, 0);
  }

  /// `sysconf(3)`, _SC_PAGESIZE.
  static long pageBytes() {
    return invoke(SYSCONF, 30, 0, 0, 0, 0, 0);
  }

  /// `geteuid(2)`.
  static int effectiveUser() {
    return (int) invoke(GETEUID, 0, 0, 0, 0, 0, 0);
  }

  /// `clock_gettime(2)`, CLOCK_BOOTTIME, which start times in `/proc/PID/stat` are counted by.
  static long nanosSinceBoot() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(LONG, 2);
      invoke(CLOCK_GETTIME, 7, time.address(), 0, 0, 0, 0);
      return time.getAtIndex(LONG, 0) * 1_000_000_000L + time.getAtIndex(LONG, 1);
    }
  }

  /// `socket(2)`: AF_UNIX, SOCK_DGRAM, close-on-exec.
  static int datagramSocket() {
    return intCall(SOCKET, AF_UNIX, 2 | O_CLOEXEC, 0, 0);
  }

  /// `sendto(2)`, MSG_NOSIGNAL.
  static int sendTo(int socket, MemorySegment bytes, MemorySegment address) {
    return errnoInt(
        invoke(
            SEND_TO,
            socket,
            bytes.address(),
            bytes.byteSize(),
            0x4000,
            address.address(),
            address.byteSize()));
  }

  /// `pidfd_open(2)`, by number since glibc has it from 2.36 only.
  static int pidfdOpen(int pid) {
    return intCall(SYSCALL, 434, pid, 0, 0);
  }

  /// `pidfd_send_signal(2)`.
  static int pidfdSendSignal(int pidFd, int signal) {
    return errnoInt(invoke(SYSCALL, 424, pidFd, signal, 0, 0, 0));
  }

  /// `posix_spawn(3)`; returns 0 or the positive error number.
  static int spawn(
      MemorySegment pid,
      MemorySegment path,
      MemorySegment actions,
      MemorySegment attributes,
      MemorySegment argv,
      MemorySegment environment) {
    return (int)
        invoke(
            SPAWN,
            pid.address(),
            path.address(),
            actions.address(),
            attributes.address(),
            argv.address(),
            environment.address());
  }

  /// `posix_spawnattr_init(3)` and its setters: what `flags` says, `defaults` reset, `mask`
  /// blocked.
  static void initAttributes(
      MemorySegment attributes, int flags, MemorySegment defaults, MemorySegment mask) {
    intCall(ATTR_INIT, attributes.address(), 0, 0, 0);
    intCall(ATTR_FLAGS, attributes.address(), flags, 0, 0);
    intCall(ATTR_DEFAULTS, attributes.address(), defaults.address(), 0, 0);
    intCall(ATTR_MASK, attributes.address(), mask.address(), 0, 0);
  }

  /// `posix_spawn_file_actions_init(3)`.
  static void initActions(MemorySegment actions) {
    intCall(ACTIONS_INIT, actions.address(), 0, 0, 0);
  }

  /// `posix_spawn_file_actions_destroy(3)`.
  static void destroyActions(MemorySegment actions) {
    intCall(ACTIONS_DESTROY, actions.address(), 0, 0, 0);
  }

  /// `posix_spawn_file_actions_adddup2(3)`.
  static void addDup2(MemorySegment actions, int from, int to) {
    intCall(ACTIONS_DUP2, actions.address(), from, to, 0);
  }

  /// `posix_spawn_file_actions_addfchdir_np(3)`.
  static void addChangeFolder(MemorySegment actions, int folder) {
    intCall(ACTIONS_FCHDIR, actions.address(), folder, 0, 0);
  }

  /// `posix_spawn_file_actions_addclosefrom_np(3)`.
  static void addCloseFrom(MemorySegment actions, int first) {
    intCall(ACTIONS_CLOSEFROM, actions.address(), first, 0, 0);
  }

  private static int intCall(Function function, long a, long b, long c, long d) {
    return errnoInt(invoke(function, a, b, c, d, 0, 0));
  }

  private static int errnoInt(long result) {
    return (int) result == -1 ? -STATE.get().get(ValueLayout.JAVA_INT, ERRNO_OFFSET) : (int) result;
  }

  private static long invoke(Function function, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) CALL.invokeExact(function.address(), STATE.get(), a, b, c, d, e, f);
    } catch (Throwable impossible) {
      throw new IllegalStateException(function.name, impossible);
    }
  }

  /// A function by name, looked up when it is first called.
  private static final class Function {
    private final String name;
    private volatile @Nullable MemorySegment address;

    Function(String name) {
      this.name = name;
    }

    MemorySegment address() {
      MemorySegment known = address;
      if (known == null) {
        known =
            Linker.nativeLinker()
                .defaultLookup()
                .find(name)
                .orElseThrow(() -> new IllegalStateException(absent()));
        address = known;
      }
      return known;
    }

    private String absent() {
      return String.format(Locale.ROOT, "this C library has no function %s", name);
    }
  }
}
