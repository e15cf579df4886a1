package io.jpm.os.linux;

import java.util.Optional;

/// Who the daemon itself is: whom no sweep may hit.
///
/// @param pid its process id
/// @param user its effective user id
/// @param bootId the kernel's name for the time since it was booted
/// @param tag the tag it carries when an app of some jpm started it
record Self(int pid, int user, String bootId, Optional<String> tag) {
  static Self now() {
    int pid = (int) ProcessHandle.current().pid();
    try (ProcReader reader = new ProcReader()) {
      return new Self(pid, Libc.effectiveUser(), ProcReader.bootId(), reader.tag(pid));
    }
  }
}
