package io.jpm.os.linux.notify;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.RlimitTag;
import java.util.Optional;
import java.util.Set;

/// Decides whether messages on the notify socket of a process are accepted. The sender must belong
/// to the tree of the process. If the sender has already exited, only its user is checked, because
/// small programs such as `systemd-notify` exit immediately after sending a message.
///
/// @param main the main process of the tree
/// @param mark the rlimit tag of the tree, by which daemonized processes are recognized too
/// @param users the users whose messages are accepted
/// @param self the daemon's pid
record NotifySenders(ProcessIdentity main, long mark, Set<Integer> users, int self) {
  private static final int MOST_ANCESTORS = 64;

  /// Returns the senders that are accepted on the notify socket of `main`.
  static NotifySenders of(ProcessIdentity main, Set<Integer> users, DaemonIdentity daemonIdentity) {
    try (ProcReader reader = new ProcReader()) {
      return new NotifySenders(main, RlimitTag.of(main.pid(), reader), users, daemonIdentity.pid());
    }
  }

  /// Reports whether a message from `pid` is accepted.
  ///
  /// @param user the user of the sender when it sent the message
  boolean includes(int pid, int user, ProcReader reader) {
    if (pid <= 0 || !(users.contains(user) || user == reader.realUser(main.pid()))) {
      return false;
    }
    Optional<ProcStat> sender = reader.stat(pid);
    return sender.isEmpty()
        || descends(sender.get(), reader)
        || (mark != RlimitTag.NONE && RlimitTag.of(pid, reader) == mark);
  }

  private boolean descends(ProcStat sender, ProcReader reader) {
    Optional<ProcStat> one = Optional.of(sender);
    for (int steps = 0; one.isPresent() && steps < MOST_ANCESTORS; steps++) {
      ProcStat stat = one.get();
      // A session id is not reused while the session has a member.
      if (stat.pid() == main.pid() || stat.session() == main.pid()) {
        return true;
      }
      int parent = stat.parent();
      one = parent <= 1 || parent == self ? Optional.empty() : reader.stat(parent);
    }
    return false;
  }
}
