package io.jpm.os.linux.spawn;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Native;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Builds the filter program for `seccomp: default`, once per daemon. It uses libseccomp, which
/// contains the system call numbers of each processor architecture.
///
/// The filter denies a list of calls, taken from the groups of systemd's `SystemCallFilter=` and
/// from Docker's profile, and allows all others. Calls that are added in later kernels are
/// therefore allowed, and the list does not have to include the calls of every language runtime. A
/// denied call fails with EPERM, as for a user without the required privilege.
final class DefaultSeccompFilter {
  private static final List<String> DENIED =
      List.of(
          // The system clock.
          "adjtimex",
          "clock_adjtime",
          "clock_adjtime64",
          "clock_settime",
          "clock_settime64",
          "settimeofday",
          "stime",
          // Access to the memory and descriptors of other processes, and kernel profiling.
          "kcmp",
          "lookup_dcookie",
          "perf_event_open",
          "pidfd_getfd",
          "process_vm_readv",
          "process_vm_writev",
          "ptrace",
          // Kernel keyrings, which namespaces do not isolate.
          "add_key",
          "keyctl",
          "request_key",
          // Kernel code and kernel administration.
          "bpf",
          "create_module",
          "delete_module",
          "finit_module",
          "get_kernel_syms",
          "init_module",
          "kexec_file_load",
          "kexec_load",
          "query_module",
          "reboot",
          "syslog",
          // Mounts and namespaces.
          "fsconfig",
          "fsmount",
          "fsopen",
          "fspick",
          "mount",
          "mount_setattr",
          "move_mount",
          "open_tree",
          "open_tree_attr",
          "pivot_root",
          "setns",
          "umount",
          "umount2",
          // Opening files by handle, quotas, process accounting, swap, host and domain name.
          "acct",
          "nfsservctl",
          "open_by_handle_at",
          "quotactl",
          "quotactl_fd",
          "setdomainname",
          "sethostname",
          "swapoff",
          "swapon",
          "vhangup",
          // I/O ports and processor modes.
          "ioperm",
          "iopl",
          "modify_ldt",
          "vm86",
          "vm86old",
          // Interfaces with the most kernel vulnerabilities.
          "io_uring_enter",
          "io_uring_register",
          "io_uring_setup",
          "userfaultfd",
          // Obsolete calls.
          "_sysctl",
          "sysfs",
          "uselib",
          "ustat");

  /// The numbers of calls that an old libseccomp may not know. Calls with numbers from 424 upward
  /// have the same number on all processors that Java supports.
  private static final Map<String, Integer> YOUNG =
      Map.ofEntries(
          Map.entry("io_uring_setup", 425),
          Map.entry("io_uring_enter", 426),
          Map.entry("io_uring_register", 427),
          Map.entry("open_tree", 428),
          Map.entry("move_mount", 429),
          Map.entry("fsopen", 430),
          Map.entry("fsconfig", 431),
          Map.entry("fsmount", 432),
          Map.entry("fspick", 433),
          Map.entry("clone3", 435),
          Map.entry("pidfd_getfd", 438),
          Map.entry("mount_setattr", 442),
          Map.entry("quotactl_fd", 443),
          Map.entry("open_tree_attr", 467));

  /// CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
  private static final List<Integer> NAMESPACES =
      List.of(0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000);

  private static final int EXIT_SIGNAL = 0xFF;

  /// Requests of `ioctl_tty(2)` that insert input into a terminal.
  private static final List<Integer> TERMINAL = List.of(0x5412, 0x541C); // TIOCSTI, TIOCLINUX

  private static final long ALLOW = 0x7FFF0000L;
  private static final long FAIL = 0x00050000L;

  /// `SCMP_CMP_MASKED_EQ` of `enum scmp_compare`.
  private static final int MASKED_EQUAL = 7;

  /// Size of `struct scmp_arg_cmp`.
  private static final int COMPARISON_BYTES = 24;

  /// Instruction codes of `linux/bpf_common.h`.
  private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS

  private static final int AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
  private static final int SKIP_UNLESS = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final int RETURN = 0x06; // BPF_RET | BPF_K

  /// The bit that x32 sets in each call number, `__X32_SYSCALL_BIT`.
  private static final int X32 = 0x40000000;

  private static final int OPTIMIZE = 8; // SCMP_FLTATR_CTL_OPTIMIZE
  private static final int BY_TREE = 2;
  private static final int UNKNOWN = -1; // __NR_SCMP_ERROR
  private static final int NOT_HERE = -33; // EDOM: this processor does not have the call
  private static final int THERE_ALREADY = -17; // EEXIST

  /// Other architectures whose programs this processor can execute: the 32-bit architecture and, on
  /// x86-64, x32.
  private static final List<Integer> RELATED =
      System.getProperty("os.arch", "").equals("aarch64")
          ? List.of(0x40000028)
          : List.of(0x40000003, 0x4000003E);

  /// Size of a program with the maximum number of instructions, `BPF_MAXINSNS`.
  private static final int MOST_BYTES = 4096 * Long.BYTES;

  private static byte @Nullable [] made;

  private final Library library;
  private final long context;
  private final MemorySegment comparison;

  /// Instructions that precede those of libseccomp, for calls that libseccomp does not know.
  private final ByteArrayOutputStream before = new ByteArrayOutputStream();

  private DefaultSeccompFilter(Library library, long context, MemorySegment comparison) {
    this.library = library;
    this.context = context;
    this.comparison = comparison;
  }

  /// The functions of libseccomp that are used here.
  private record Library(
      Native init,
      Native related,
      Native set,
      Native number,
      Native rule,
      Native export,
      Native release) {
    private static final String FILE = "libseccomp.so.2";

    @SuppressWarnings("restricted") // a system library with a fixed name
    static Library load() throws IOException {
      SymbolLookup found;
      try {
        found = SymbolLookup.libraryLookup(FILE, Arena.global());
      } catch (IllegalArgumentException missing) {
        throw new IOException(
            "seccomp requires %s, which this machine does not have: install libseccomp (libseccomp2"
                    .formatted(FILE)
                + " on Debian and Ubuntu), or remove seccomp",
            missing);
      }
      return new Library(
          new Native(found, "seccomp_init"),
          new Native(found, "seccomp_arch_add"),
          new Native(found, "seccomp_attr_set"),
          new Native(found, "seccomp_syscall_resolve_name"),
          new Native(found, "seccomp_rule_add_array"),
          new Native(found, "seccomp_export_bpf"),
          new Native(found, "seccomp_release"));
    }
  }

  /// Returns the filter program, an array of `struct sock_filter`.
  ///
  /// @throws IOException with a message for the user if libseccomp is missing or too old
  static synchronized byte[] program() throws IOException {
    byte[] known = made;
    if (known == null) {
      known = make(Library.load());
      made = known;
    }
    return known.clone();
  }

  private static byte[] make(Library library) throws IOException {
    long context = library.init.call(ALLOW);
    if (context == 0) {
      throw failure("seccomp_init", Errno.EINVAL);
    }
    try (Arena arena = Arena.ofConfined()) {
      var calls =
          new DefaultSeccompFilter(library, context, arena.allocate(COMPARISON_BYTES, Long.BYTES));
      for (int processor : RELATED) {
        calls.check("seccomp_arch_add", (int) library.related.call(context, processor));
      }
      library.set.call(context, OPTIMIZE, BY_TREE); // since 2.5; older versions ignore it
      calls.deny(arena);
      return calls.export(arena);
    } finally {
      library.release.call(context);
    }
  }

  private void deny(Arena arena) throws IOException {
    for (String name : DENIED) {
      rule(arena, name, Errno.EPERM, Optional.empty());
    }
    // A filter cannot inspect the flags of `clone3`, which are passed by pointer. If it fails with
    // ENOSYS, every C library falls back to `clone`.
    rule(arena, "clone3", Errno.ENOSYS, Optional.empty());
    for (int flag : NAMESPACES) {
      var set = Optional.of(new Comparison(0, flag, flag));
      rule(arena, "unshare", Errno.EPERM, set);
      if ((flag & EXIT_SIGNAL) == 0) {
        rule(arena, "clone", Errno.EPERM, set);
      }
    }
    for (int request : TERMINAL) {
      rule(arena, "ioctl", Errno.EPERM, Optional.of(new Comparison(1, 0xFFFF_FFFFL, request)));
    }
  }

  /// A condition on an argument: the bits selected by `mask` equal `value`.
  private record Comparison(int argument, long mask, long value) {}

  private void rule(Arena arena, String name, int errno, Optional<Comparison> when)
      throws IOException {
    int number = (int) library.number.call(Libc.text(arena, name).address());
    if (number == UNKNOWN) {
      beforeAll(YOUNG.get(name), errno); // null: too old to exist in a current kernel
      return;
    }
    when.ifPresent(it -> {
      comparison.set(ValueLayout.JAVA_INT, 0, it.argument);
      comparison.set(ValueLayout.JAVA_INT, 4, MASKED_EQUAL);
      comparison.set(ValueLayout.JAVA_LONG, 8, it.mask);
      comparison.set(ValueLayout.JAVA_LONG, 16, it.value);
    });
    long comparisons = when.isPresent() ? comparison.address() : 0;
    int result =
        (int)
            library.rule.call(context, FAIL | errno, number, when.isPresent() ? 1 : 0, comparisons);
    if (result != NOT_HERE && result != THERE_ALREADY) {
      check(name, result);
    }
  }

  private void beforeAll(@Nullable Integer number, int errno) {
    if (number == null) {
      return;
    }
    if (before.size() == 0) {
      instruction(LOAD, 0, 0); // the call number, first field of struct seccomp_data
      instruction(AND, 0, ~X32);
    }
    instruction(SKIP_UNLESS, 1, number);
    instruction(RETURN, 0, (int) FAIL | errno);
  }

  /// Appends a `struct sock_filter`.
  private void instruction(int code, int skipped, int value) {
    before.writeBytes(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.nativeOrder())
            .putShort((short) code)
            .put((byte) 0)
            .put((byte) skipped)
            .putInt(value)
            .array());
  }

  private byte[] export(Arena arena) throws IOException {
    int[] pair = LimitGate.pair();
    int reader = pair[0];
    int writer = pair[1];
    try {
      check("seccomp_export_bpf", (int) library.export.call(context, writer));
      MemorySegment buffer = arena.allocate(MOST_BYTES);
      int read = Libc.read(reader, buffer);
      check("read", read);
      before.writeBytes(buffer.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE));
      return before.toByteArray();
    } finally {
      Libc.close(reader);
      Libc.close(writer);
    }
  }

  private void check(String what, int result) throws IOException {
    if (result < 0) {
      throw failure(what, -result);
    }
  }

  private static IOException failure(String what, int errno) {
    return new ErrnoException(
        "seccomp: cannot create the filter because %s failed: %s"
            .formatted(what, Errno.message(errno)),
        errno);
  }
}
