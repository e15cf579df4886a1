package io.jpm.os.linux.notice;

import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.TreeMark;
import java.util.Optional;
import java.util.Set;

/// Who may speak for a process: itself and its tree. Whoever is gone by now counts too, when it was
/// of a user that counts: small programs (`systemd-notify`) say their word and end.
///
/// @param main the process
/// @param mark of its tree, by which those are known who have put themselves into the background
/// @param users whose messages count at all
/// @param self the daemon's pid
record NotifySenders(ProcessIdentity main, long mark, Set<Integer> users, int self) {
  private static final int MOST_ANCESTORS = 64;

  /// Those of a process that has just begun.
  static NotifySenders of(ProcessIdentity main, Set<Integer> users, DaemonIdentity daemonIdentity) {
    try (ProcReader reader = new ProcReader()) {
      return new NotifySenders(main, TreeMark.of(main.pid(), reader), users, daemonIdentity.pid());
    }
  }

  /// Whether a message that came from `pid` counts.
  ///
  /// @param user its user when it sent it
  boolean includes(int pid, int user, ProcReader reader) {
    if (pid <= 0 || !(users.contains(user) || user == reader.realUser(main.pid()))) {
      return false;
    }
    Optional<ProcStat> sender = reader.stat(pid);
    return sender.isEmpty()
        || descends(sender.get(), reader)
        || (mark != TreeMark.NONE && TreeMark.of(pid, reader) == mark);
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
