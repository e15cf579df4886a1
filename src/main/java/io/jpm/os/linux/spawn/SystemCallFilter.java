package io.jpm.os.linux.spawn;

import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.rights.ChildCredentials;
import io.jpm.os.linux.rights.DaemonStatusFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// The filter of system calls of a child with `seccomp: default`, `seccomp(2)`. The kernel hands it
/// on to whatever the child makes, and nobody can take it off.
final class SystemCallFilter implements Confinement {
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int SECCOMP = ARM ? 277 : 317;
  private static final int SET_MODE_FILTER = 1;

  /// Without it older kernels make the child slower, against a danger that is not this one's.
  private static final int ALLOW_SPECULATION = 4;

  private static final int NO_OPERATION = -1;

  private static final String ADMINISTERING = "sys_admin";

  private final boolean noNewPrivileges;
  private final long program;

  private SystemCallFilter(boolean noNewPrivileges, long program) {
    this.noNewPrivileges = noNewPrivileges;
    this.program = program;
  }

  /// Refuses what cannot come about, before anything is made for the child.
  ///
  /// @throws IOException with a sentence for the user
  static void check(ChildCredentials childCredentials) throws IOException {
    if (isWanted(childCredentials)
        && !childCredentials.noNewPrivileges()
        && (Libc.effectiveUser() != 0 || !DaemonStatusFile.mayUse(ADMINISTERING))) {
      throw new ErrnoException(
          "only root with %s can give an app seccomp without no_new_privileges: leave out"
                  .formatted(ADMINISTERING)
              + " no_new_privileges: false",
          Errno.EPERM);
    }
  }

  private static boolean isWanted(ChildCredentials childCredentials) {
    Sandbox sandbox = childCredentials.sandbox();
    return sandbox.seccomp() != Seccomp.NONE;
  }

  /// The one of a child, empty where it may call what its user may.
  ///
  /// @param arena lives until the child is made
  /// @throws IOException with a sentence for the user where no filter can be made
  static Optional<SystemCallFilter> of(ChildCredentials childCredentials, Arena arena)
      throws IOException {
    if (!isWanted(childCredentials)) {
      return Optional.empty();
    }
    byte[] bytes = DefaultSeccompFilter.program();
    MemorySegment instructions = arena.allocate(bytes.length, Long.BYTES);
    instructions.copyFrom(MemorySegment.ofArray(bytes));
    // struct sock_fprog: how many instructions of 8 bytes, and where.
    MemorySegment program = arena.allocate(2L * Long.BYTES, Long.BYTES);
    program.set(ValueLayout.JAVA_SHORT, 0, (short) (bytes.length / Long.BYTES));
    program.set(ValueLayout.JAVA_LONG, Long.BYTES, instructions.address());
    Libc.noNewPrivileges(false); // loads what is needed
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
    return "seccomp: this system does not let the daemon filter the calls of an app: "
        + Errno.words(errno)
        + " (a kernel without seccomp filters, or a container that forbids them): leave it out";
  }
}
