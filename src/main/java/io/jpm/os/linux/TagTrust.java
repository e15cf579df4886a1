package io.jpm.os.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/// On which processes a tag counts: anybody can put anything into an environment. It counts on
/// those of the daemon's user, of the users it has run or adopted apps as, and on those whose
/// output goes into a pipe of the home that the tag names: nobody else could have opened that.
final class TagTrust {
  /// Where an app with a terminal has its pipe depends on what else it was given.
  private static final int FIRST_BEHIND_TERMINAL = 3;

  private final Set<Integer> users = ConcurrentHashMap.newKeySet();

  /// @param self the daemon's user
  TagTrust(int self) {
    users.add(self);
  }

  /// From now on the tags of this user's processes count too.
  void add(int user) {
    users.add(user);
  }

  /// Whether the tags of its user's processes count.
  boolean mayTrust(int pid, ProcReader reader) {
    return users.contains(reader.userOf(pid));
  }

  boolean trusts(int pid, String tag, ProcReader reader) {
    return mayTrust(pid, reader) || writesInto(Tag.home(tag), pid);
  }

  private static boolean writesInto(String home, int pid) {
    if (!home.startsWith("/")) {
      return false;
    }
    try {
      Path folder = Path.of(home).toRealPath();
      return isBelow(folder, pid, 1)
          || isBelow(folder, pid, 2)
          || IntStream.range(FIRST_BEHIND_TERMINAL, Descriptors.FIRST_FREE)
              .anyMatch(number -> isBelow(folder, pid, number));
    } catch (IOException | InvalidPathException noSuchHome) {
      return false;
    }
  }

  private static boolean isBelow(Path folder, int pid, int number) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + number)).startsWith(folder);
    } catch (IOException goneOrNotPermitted) {
      return false;
    }
  }
}
