package io.jpm.os.linux.libc;

import io.jpm.model.text.SurrogateEscape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Binds the functions of the C library for files, processes and polling. They are called through
/// [Native].
///
/// Unless noted otherwise, a method returns the result of the function, or the negative `errno` if
/// the function returns -1. The JVM cannot overwrite the error number before it is read.
public final class Libc {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_NOCTTY = 0x100;
  public static final int O_APPEND = 0x400;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_PATH = 0x200000;

  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");

  /// The values of this flag and the next differ between the architectures.
  public static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;

  public static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;

  public static final int AF_UNIX = 1;
  public static final int SOCK_STREAM = 1;
  static final int SOCK_SEQPACKET = 5;

  public static final int EPOLLIN = 1;
  public static final int EPOLLPRI = 2;
  public static final int EPOLLOUT = 4;
  public static final int EPOLLHUP = 0x10;
  public static final int EPOLLONESHOT = 1 << 30;

  /// `struct epoll_event` is packed only on x86-64 (`epoll_event(3type)`).
  static final int EPOLL_EVENT_BYTES = ARM ? 16 : 12;

  static final int EPOLL_DATA_OFFSET = ARM ? 8 : 4;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final Native SOCKETPAIR = new Native("socketpair");
  private static final Native SEND = new Native("send");
  private static final Native RECV = new Native("recv");
  private static final Native SOCKET = new Native("socket");
  private static final Native SEND_TO = new Native("sendto");
  private static final Native OPEN = new Native("open");
  private static final Native CLOSE = new Native("close");
  private static final Native READ = new Native("read");
  private static final Native PREAD = new Native("pread");
  private static final Native WRITE = new Native("write");
  private static final Native MKFIFO = new Native("mkfifo");
  private static final Native FCNTL = new Native("fcntl");
  private static final Native IOCTL = new Native("ioctl");
  private static final Native EPOLL_CREATE = new Native("epoll_create1");
  private static final Native EPOLL_CTL = new Native("epoll_ctl");
  private static final Native EPOLL_WAIT = new Native("epoll_wait");
  private static final Native EVENTFD = new Native("eventfd");
  private static final Native WAITID = new Native("waitid");
  private static final Native KILL = new Native("kill");
  private static final Native SIGNAL = new Native("signal");
  private static final Native MADVISE = new Native("madvise");
  private static final Native MALLOC_TRIM = new Native("malloc_trim");
  private static final Native SYSCONF = new Native("sysconf");
  private static final Native FCHOWN = new Native("fchown");
  private static final Native GETEUID = new Native("geteuid");
  private static final Native GETEGID = new Native("getegid");
  private static final Native GETPPID = new Native("getppid");
  private static final Native PRCTL = new Native("prctl");
  private static final Native PRLIMIT = new Native("prlimit");
  private static final Native CLOCK_GETTIME = new Native("clock_gettime");
  private static final Native SYSCALL = new Native("syscall");
  private static final Native SPAWN = new Native("posix_spawn");
  private static final Native ATTR_INIT = new Native("posix_spawnattr_init");
  private static final Native ATTR_FLAGS = new Native("posix_spawnattr_setflags");
  private static final Native ATTR_DEFAULTS = new Native("posix_spawnattr_setsigdefault");
  private static final Native ATTR_MASK = new Native("posix_spawnattr_setsigmask");
  private static final Native ACTIONS_INIT = new Native("posix_spawn_file_actions_init");
  private static final Native ACTIONS_DESTROY = new Native("posix_spawn_file_actions_destroy");
  private static final Native ACTIONS_DUP2 = new Native("posix_spawn_file_actions_adddup2");
  private static final Native ACTIONS_FCHDIR = new Native("posix_spawn_file_actions_addfchdir_np");
  private static final Native ACTIONS_CLOSEFROM =
      new Native("posix_spawn_file_actions_addclosefrom_np");

  private Libc() {}

  /// Returns the name of the first required function that this C library lacks; empty if it has all
  /// of them. `addfchdir_np` was added in glibc 2.29, `addclosefrom_np` in 2.34.
  public static Optional<String> missingFunction() {
    for (Native function : List.of(SPAWN, ACTIONS_FCHDIR, ACTIONS_CLOSEFROM)) {
      if (!function.exists()) {
        return Optional.of(function.name());
      }
    }
    return Optional.empty();
  }

  /// Returns `text` as a C string, encoded as in [SurrogateEscape].
  public static MemorySegment text(SegmentAllocator allocator, String text) {
    byte[] bytes = SurrogateEscape.toBytes(text);
    MemorySegment segment = allocator.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    segment.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
    return segment;
  }

  /// Calls `open(2)`.
  public static int open(MemorySegment path, int flags, int mode) {
    return OPEN.errnoInt(path.address(), flags, mode);
  }

  /// Calls `open(2)`, always close-on-exec.
  public static int open(Path path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return open(text(arena, path.toString()), flags | O_CLOEXEC, mode);
    }
  }

  /// Calls `close(2)`. The result is ignored because the caller could not react to it.
  public static void close(int fd) {
    CLOSE.call(fd);
  }

  /// Calls `read(2)`.
  public static int read(int fd, MemorySegment buffer) {
    return READ.errnoInt(fd, buffer.address(), buffer.byteSize());
  }

  /// Calls `pread(2)`.
  public static int readAt(int fd, MemorySegment buffer, long offset) {
    return PREAD.errnoInt(fd, buffer.address(), buffer.byteSize(), offset);
  }

  /// Calls `write(2)`.
  public static int write(int fd, MemorySegment buffer) {
    return WRITE.errnoInt(fd, buffer.address(), buffer.byteSize());
  }

  /// Calls `socketpair(2)`, which creates two unix sockets that are close-on-exec.
  ///
  /// @param type SOCK_STREAM or SOCK_SEQPACKET
  public static int socketPair(int type, MemorySegment twoInts) {
    return SOCKETPAIR.errnoInt(AF_UNIX, type | O_CLOEXEC, 0, twoInts.address());
  }

  /// Calls `send(2)` with MSG_DONTWAIT and MSG_NOSIGNAL. The call does not block, and the mode of
  /// the open file description, which other processes share, is not changed.
  public static int sendNow(int fd, MemorySegment bytes) {
    return SEND.errnoInt(fd, bytes.address(), bytes.byteSize(), 0x4040);
  }

  /// Calls `recv(2)` with MSG_DONTWAIT.
  public static int receiveNow(int fd, MemorySegment buffer) {
    return RECV.errnoInt(fd, buffer.address(), buffer.byteSize(), 0x40);
  }

  /// Calls `ioctl(2)` with FIONREAD: returns the number of bytes that can be read from a pipe or
  /// socket; 0 if it cannot be determined.
  public static int waitingBytes(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      return waitingBytes(fd, arena.allocate(ValueLayout.JAVA_INT));
    }
  }

  /// Returns the same number as [#waitingBytes(int)], without an allocation.
  ///
  /// @param scratch memory for an `int`
  public static int waitingBytes(int fd, MemorySegment scratch) {
    return ioctl(fd, 0x541B, scratch) < 0 ? 0 : scratch.get(ValueLayout.JAVA_INT, 0);
  }

  /// Calls `mkfifo(3)`.
  public static int mkfifo(Path path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return MKFIFO.errnoInt(text(arena, path.toString()).address(), mode);
    }
  }

  /// Calls `fcntl(2)` with F_DUPFD_CLOEXEC: duplicates `fd` to a number that is at least `least`.
  public static int duplicateAbove(int fd, int least) {
    return FCNTL.errnoInt(fd, 1030, least);
  }

  /// Calls `fcntl(2)` with F_SETFL to remove O_NONBLOCK. This affects all processes that share the
  /// open file description.
  public static int clearNonBlocking(int fd) {
    int flags = FCNTL.errnoInt(fd, 3, 0);
    return flags < 0 ? flags : FCNTL.errnoInt(fd, 4, flags & ~O_NONBLOCK);
  }

  /// Calls `fcntl(2)` with F_SETPIPE_SZ.
  public static int setPipeSize(int fd, int bytes) {
    return FCNTL.errnoInt(fd, 1031, bytes);
  }

  /// Calls `fcntl(2)` with F_GETPIPE_SZ; the result is negative if `fd` is not a pipe.
  public static int pipeSize(int fd) {
    return FCNTL.errnoInt(fd, 1032);
  }

  /// Calls `ioctl(2)`.
  public static int ioctl(int fd, long request, MemorySegment argument) {
    return IOCTL.errnoInt(fd, request, argument.address());
  }

  /// Calls `epoll_create1(2)`, close-on-exec.
  static int epollCreate() {
    return EPOLL_CREATE.errnoInt(O_CLOEXEC);
  }

  /// Calls `epoll_ctl(2)`. `operation` is 1 to add, 2 to delete, 3 to modify.
  static int epollControl(int epoll, int operation, int fd, MemorySegment event) {
    return EPOLL_CTL.errnoInt(epoll, operation, fd, event.address());
  }

  /// Calls `epoll_wait(2)`. If `milliseconds` is -1, waits without a timeout.
  static int epollWait(int epoll, MemorySegment events, int milliseconds) {
    long most = events.byteSize() / EPOLL_EVENT_BYTES;
    return EPOLL_WAIT.errnoInt(epoll, events.address(), most, milliseconds);
  }

  /// Calls `eventfd(2)`, close-on-exec and non-blocking.
  static int eventFd() {
    return EVENTFD.errnoInt(0, O_CLOEXEC | O_NONBLOCK);
  }

  /// Calls `waitid(2)` with WEXITED and WNOHANG. `idType` is 1 for P_PID or 3 for P_PIDFD.
  public static int waitExited(int idType, int id, MemorySegment signalInfo) {
    return WAITID.errnoInt(idType, id, signalInfo.address(), 4 | 1);
  }

  /// Calls `kill(2)`.
  public static int kill(int pid, int signal) {
    return KILL.errnoInt(pid, signal);
  }

  /// Calls `signal(2)` to restore the default action of SIGCHLD. If the daemon was started with
  /// SIGCHLD ignored, the kernel would otherwise discard the exit status of every child.
  public static void resetSigchld() {
    SIGNAL.call(17, 0);
  }

  /// Calls `madvise(2)` with MADV_DONTNEED, which drops the pages of a private file mapping. They
  /// are read from the file again when needed, so any modifications would be lost.
  public static int dropUnchanged(long address, long bytes) {
    return MADVISE.errnoInt(address, bytes, 4);
  }

  /// Calls `malloc_trim(3)`, which returns freed memory to the system.
  public static void trimMalloc() {
    MALLOC_TRIM.call(0);
  }

  /// Calls `sysconf(3)` with _SC_CLK_TCK. Times in `/proc/PID/stat` are in these ticks.
  public static long ticksPerSecond() {
    return SYSCONF.call(2);
  }

  /// Calls `sysconf(3)` with _SC_PAGESIZE.
  public static long pageBytes() {
    return SYSCONF.call(30);
  }

  /// Calls `geteuid(2)`.
  public static int effectiveUser() {
    return (int) GETEUID.call();
  }

  /// Calls `getegid(2)`.
  public static int effectiveGroup() {
    return (int) GETEGID.call();
  }

  /// Calls `fchown(2)`.
  public static int changeOwner(int fd, int uid, int gid) {
    return FCHOWN.errnoInt(fd, uid, gid);
  }

  /// Calls `syscall(2)`. Unlike the wrappers of the C library, a bare system call affects only the
  /// calling thread.
  public static int systemCall(int number, long... arguments) {
    long[] all = new long[arguments.length + 1];
    all[0] = number;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return SYSCALL.errnoInt(all);
  }

  /// Calls `clock_gettime(2)` with CLOCK_BOOTTIME, the clock of the start times in
  /// `/proc/PID/stat`.
  public static long nanosSinceBoot() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(LONG, 2);
      CLOCK_GETTIME.call(7, time.address());
      return time.getAtIndex(LONG, 0) * 1_000_000_000L + time.getAtIndex(LONG, 1);
    }
  }

  /// Calls `socket(2)` with AF_UNIX and SOCK_DGRAM, close-on-exec.
  public static int datagramSocket() {
    return SOCKET.errnoInt(AF_UNIX, 2 | O_CLOEXEC, 0);
  }

  /// Calls `sendto(2)` with MSG_NOSIGNAL.
  public static int sendTo(int socket, MemorySegment bytes, MemorySegment address) {
    return SEND_TO.errnoInt(
        socket, bytes.address(), bytes.byteSize(), 0x4000, address.address(), address.byteSize());
  }

  /// Calls `sendto(2)` with MSG_NOSIGNAL and MSG_DONTWAIT.
  public static int sendToAtOnce(int socket, MemorySegment bytes, MemorySegment address) {
    return SEND_TO.errnoInt(
        socket, bytes.address(), bytes.byteSize(), 0x4040, address.address(), address.byteSize());
  }

  /// Calls `getppid(2)`.
  public static int parent() {
    return (int) GETPPID.call();
  }

  /// Calls `prctl(2)` with PR_GET_CHILD_SUBREAPER: reports whether orphaned descendants of this
  /// process become its children.
  public static boolean isSubreaper() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(ValueLayout.JAVA_INT);
      return PRCTL.errnoInt(37, answer.address()) == 0 && answer.get(ValueLayout.JAVA_INT, 0) != 0;
    }
  }

  /// Calls `prctl(2)` with PR_SET_NO_NEW_PRIVS. The setting is irreversible and applies to the
  /// calling thread and the threads and processes that it creates.
  ///
  /// @param set must be `true`; with `false` the call fails
  public static int noNewPrivileges(boolean set) {
    return PRCTL.errnoInt(38, set ? 1 : 0);
  }

  /// Calls `prlimit(2)`, which reads or sets the soft and hard limit of a process. A pid of 0 means
  /// this process.
  ///
  /// @param limits the two new values (`long`), or a null address
  /// @param former receives the previous values, or a null address
  public static int processLimit(int pid, int limit, MemorySegment limits, MemorySegment former) {
    return PRLIMIT.errnoInt(pid, limit, limits.address(), former.address());
  }

  /// Calls `pidfd_open(2)` by number, because glibc has a wrapper only since version 2.36.
  public static int pidfdOpen(int pid) {
    return SYSCALL.errnoInt(434, pid, 0);
  }

  /// Calls `pidfd_send_signal(2)`.
  public static int pidfdSendSignal(int pidFd, int signal) {
    return SYSCALL.errnoInt(424, pidFd, signal, 0, 0);
  }

  /// Calls `pidfd_getfd(2)`, which duplicates the descriptor `number` of the process,
  /// close-on-exec.
  public static int pidfdGetFd(int pidFd, int number) {
    return SYSCALL.errnoInt(438, pidFd, number, 0);
  }

  /// Calls `posix_spawn(3)`. Returns 0 or the positive error number.
  public static int spawn(
      MemorySegment pid,
      MemorySegment path,
      MemorySegment actions,
      MemorySegment attributes,
      MemorySegment argv,
      MemorySegment environment) {
    return (int)
        SPAWN.call(
            pid.address(),
            path.address(),
            actions.address(),
            attributes.address(),
            argv.address(),
            environment.address());
  }

  /// Calls `posix_spawnattr_init(3)` and its setters, which set `flags`, the signals to reset
  /// (`defaults`) and the blocked signals (`mask`).
  public static void initAttributes(
      MemorySegment attributes, int flags, MemorySegment defaults, MemorySegment mask) {
    ATTR_INIT.errnoInt(attributes.address());
    ATTR_FLAGS.errnoInt(attributes.address(), flags);
    ATTR_DEFAULTS.errnoInt(attributes.address(), defaults.address());
    ATTR_MASK.errnoInt(attributes.address(), mask.address());
  }

  /// Calls `posix_spawn_file_actions_init(3)`.
  public static void initActions(MemorySegment actions) {
    ACTIONS_INIT.errnoInt(actions.address());
  }

  /// Calls `posix_spawn_file_actions_destroy(3)`.
  public static void destroyActions(MemorySegment actions) {
    ACTIONS_DESTROY.errnoInt(actions.address());
  }

  /// Calls `posix_spawn_file_actions_adddup2(3)`.
  public static void addDup2(MemorySegment actions, int from, int to) {
    ACTIONS_DUP2.errnoInt(actions.address(), from, to);
  }

  /// Calls `posix_spawn_file_actions_addfchdir_np(3)`.
  public static void addChangeFolder(MemorySegment actions, int folder) {
    ACTIONS_FCHDIR.errnoInt(actions.address(), folder);
  }

  /// Calls `posix_spawn_file_actions_addclosefrom_np(3)`.
  public static void addCloseFrom(MemorySegment actions, int first) {
    ACTIONS_CLOSEFROM.errnoInt(actions.address(), first);
  }
}
