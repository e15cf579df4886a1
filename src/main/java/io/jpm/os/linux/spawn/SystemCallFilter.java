package io.jpm.os.linux.spawn;

import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.credentials.DaemonStatusFile;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// The system call filter of a child with `seccomp: default` (`seccomp(2)`). All descendants of the
/// child inherit the filter, and it cannot be removed.
final class SystemCallFilter implements Confinement {
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int SECCOMP = ARM ? 277 : 317;
  private static final int SET_MODE_FILTER = 1;

  /// SECCOMP_FILTER_FLAG_SPEC_ALLOW: disables the mitigation of speculative store bypass, which
  /// slows the child down on older kernels and is not required here.
  private static final int ALLOW_SPECULATION = 4;

  private static final int NO_OPERATION = -1;

  private static final String ADMINISTERING = "sys_admin";

  private final boolean noNewPrivileges;
  private final long program;

  private SystemCallFilter(boolean noNewPrivileges, long program) {
    this.noNewPrivileges = noNewPrivileges;
    this.program = program;
  }

  /// Checks whether the filter of a child can be installed. Called before anything is created for
  /// the child.
  ///
  /// @throws IOException with a message for the user
  static void check(ChildCredentials childCredentials) throws IOException {
    if (isWanted(childCredentials)
        && !childCredentials.noNewPrivileges()
        && (Libc.effectiveUser() != 0 || !DaemonStatusFile.mayUse(ADMINISTERING))) {
      throw new ErrnoException(
          "seccomp without no_new_privileges requires a daemon that runs as root with %s: remove"
                  .formatted(ADMINISTERING)
              + " `no_new_privileges: false`",
          Errno.EPERM);
    }
  }

  private static boolean isWanted(ChildCredentials childCredentials) {
    Sandbox sandbox = childCredentials.sandbox();
    return sandbox.seccomp() != Seccomp.NONE;
  }

  /// Returns the filter for a child; empty if its system calls are not filtered.
  ///
  /// @param arena the arena for memory, which must live until the child is spawned
  /// @throws IOException with a message for the user if the filter cannot be built
  static Optional<SystemCallFilter> of(ChildCredentials childCredentials, Arena arena)
      throws IOException {
    if (!isWanted(childCredentials)) {
      return Optional.empty();
    }
    byte[] bytes = DefaultSeccompFilter.program();
    MemorySegment instructions = arena.allocate(bytes.length, Long.BYTES);
    instructions.copyFrom(MemorySegment.ofArray(bytes));
    // struct sock_fprog: the number of 8-byte instructions and their address.
    MemorySegment program = arena.allocate(2L * Long.BYTES, Long.BYTES);
    program.set(ValueLayout.JAVA_SHORT, 0, (short) (bytes.length / Long.BYTES));
    program.set(ValueLayout.JAVA_LONG, Long.BYTES, instructions.address());
    Libc.noNewPrivileges(false); // loads the classes that `enter` needs
    Libc.systemCall(SECCOMP, NO_OPERATION, 0, 0);
    return Optional.of(new SystemCallFilter(childCredentials.noNewPrivileges(), program.address()));
  }

  @Override
  public int enter() {
    int result = noNewPrivileges ? Libc.noNewPrivileges(true) : 0;
    if (result < 0) {
      return result;
    }
    result = Libc.systemCall(SECCOMP, SET_MODE_FILTER, ALLOW_SPECULATION, program);
    return result == -Errno.EINVAL
        ? Libc.systemCall(SECCOMP, SET_MODE_FILTER, 0, program) // before Linux 4.17
        : result;
  }

  @Override
  public String sentence(int errno) {
    return "seccomp: the daemon cannot filter the system calls of the app ("
        + Errno.message(errno)
        + "; the kernel may lack seccomp filters, or a container may forbid them): remove seccomp";
  }
}
