package io.jpm.os.linux.proc;

import io.jpm.os.linux.libc.Libc;
import java.util.Optional;

/// Identifies the daemon process, which must never be signaled as a member of a tree.
///
/// @param pid the process id
/// @param user the effective user id
/// @param bootId the kernel's identifier of the current boot
/// @param tag the daemon's own process tag, if it was started by an app of another jpm daemon
public record DaemonIdentity(int pid, int user, String bootId, Optional<String> tag) {
  /// Returns the identity of this process.
  public static DaemonIdentity current() {
    int pid = (int) ProcessHandle.current().pid();
    try (ProcReader reader = new ProcReader()) {
      return new DaemonIdentity(pid, Libc.effectiveUser(), ProcReader.bootId(), reader.tag(pid));
    }
  }
}
