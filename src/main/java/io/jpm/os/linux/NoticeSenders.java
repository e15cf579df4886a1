package io.jpm.os.linux;

import io.jpm.model.ProcessIdentity;
import java.util.Optional;
import java.util.Set;

/// Who may speak for a process: itself and its tree. Whoever is gone by now counts too, when it was
/// of a user that counts: small programs (`systemd-notify`) say their word and end.
///
/// @param main the process
/// @param tag the mark of its tree
/// @param users whose messages count at all
/// @param self the daemon's pid
record NoticeSenders(ProcessIdentity main, String tag, Set<Integer> users, int self) {
  private static final int MOST_ANCESTORS = 64;

  /// Whether a message that came from `pid` counts.
  ///
  /// @param user its user when it sent it
  boolean includes(int pid, int user, ProcReader reader) {
    if (pid <= 0 || !(users.contains(user) || user == reader.userOf(main.pid()))) {
      return false;
    }
    Optional<ProcStat> sender = reader.stat(pid);
    return sender.isEmpty()
        || descends(sender.get(), reader)
        || reader.tag(pid).filter(tag::equals).isPresent();
  }

  private boolean descends(ProcStat sender, ProcReader reader) {
    Optional<ProcStat> one = Optional.of(sender);
    for (int steps = 0; one.isPresent() && steps < MOST_ANCESTORS; steps++) {
      ProcStat stat = one.get();
      // As long as anybody is in the session nobody else gets its number.
      if (stat.pid() == main.pid() || stat.session() == main.pid()) {
        return true;
      }
      int parent = stat.parent();
      one = parent <= 1 || parent == self ? Optional.empty() : reader.stat(parent);
    }
    return false;
  }
}
