package io.jpm.os.linux.proc;

import io.jpm.os.linux.libc.Libc;
import java.util.Optional;

/// Who the daemon itself is: whom no sweep may hit.
///
/// @param pid its process id
/// @param user its effective user id
/// @param bootId the kernel's name for the time since it was booted
/// @param tag the tag it carries when an app of some jpm started it
public record DaemonIdentity(int pid, int user, String bootId, Optional<String> tag) {
  public static DaemonIdentity now() {
    int pid = (int) ProcessHandle.current().pid();
    try (ProcReader reader = new ProcReader()) {
      return new DaemonIdentity(pid, Libc.effectiveUser(), ProcReader.bootId(), reader.tag(pid));
    }
  }
}
