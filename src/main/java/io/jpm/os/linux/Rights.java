package io.jpm.os.linux;

import io.jpm.model.RunAs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What a child is to begin with, in numbers.
///
/// @param identity as whom; empty: as the daemon
/// @param nice its place in the scheduler
/// @param umask the bits its files do not get
/// @param environment what the user's session would have
record Rights(
    Optional<Identity> identity,
    OptionalInt nice,
    OptionalInt umask,
    Map<String, String> environment) {
  /// As the daemon.
  static final Rights DAEMON =
      new Rights(Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Map.of());

  /// A user with its groups.
  ///
  /// @param uid empty: the daemon's
  /// @param gid the first group
  /// @param groups all groups
  record Identity(OptionalInt uid, int gid, List<Integer> groups) {
    Identity {
      groups = List.copyOf(groups);
    }
  }

  /// Whether nothing has to change for them.
  boolean areTheDaemons() {
    return identity.isEmpty() && nice.isEmpty() && umask.isEmpty();
  }

  /// Why something failed that was tried with these rights, in words.
  String words(int errno) {
    boolean refused = errno == Errno.EACCES || errno == Errno.EPERM;
    return refused && environment.containsKey("USER")
        ? Errno.words(errno) + " for user " + environment.get("USER")
        : Errno.words(errno);
  }

  /// Looks the names up.
  ///
  /// @throws IOException with a sentence for the user where there is no such user or group
  static Rights of(RunAs runAs) throws IOException {
    if (runAs.equals(RunAs.DAEMON)) {
      return DAEMON;
    }
    OptionalInt group = OptionalInt.empty();
    if (runAs.group().isPresent()) {
      String name = runAs.group().get();
      group = OptionalInt.of(Accounts.group(name).orElseThrow(() -> unknownGroup(name)));
    }
    if (runAs.user().isEmpty()) {
      return new Rights(ofGroup(group), runAs.nice(), runAs.umask(), Map.of());
    }
    String name = runAs.user().get();
    Accounts.User user = Accounts.user(name).orElseThrow(() -> unknownUser(name));
    Map<String, String> environment =
        Map.of(
            "HOME", user.home(), "USER", user.name(), "LOGNAME", user.name(), "SHELL", shell(user));
    return new Rights(ofUser(user, group), runAs.nice(), runAs.umask(), environment);
  }

  private static Optional<Identity> ofGroup(OptionalInt group) {
    return group.isEmpty() || (isOrdinary() && group.getAsInt() == Libc.effectiveGroup())
        ? Optional.empty()
        : Optional.of(
            new Identity(OptionalInt.empty(), group.getAsInt(), List.of(group.getAsInt())));
  }

  /// An ordinary user's daemon may be told to run an app as that user: there is nothing to change.
  private static Optional<Identity> ofUser(Accounts.User user, OptionalInt group) {
    int gid = group.orElse(user.gid());
    if (isOrdinary() && user.uid() == Libc.effectiveUser() && gid == Libc.effectiveGroup()) {
      return Optional.empty();
    }
    return Optional.of(
        new Identity(OptionalInt.of(user.uid()), gid, Accounts.groupsOf(user.name(), gid)));
  }

  private static boolean isOrdinary() {
    return Libc.effectiveUser() != 0;
  }

  private static String shell(Accounts.User user) {
    return user.shell().isEmpty() ? "/bin/sh" : user.shell(); // passwd(5)
  }

  private static IOException unknownUser(String name) {
    return new IOException(
        "there is no user '" + name + "' on this machine: name one of `getent passwd` as uid");
  }

  private static IOException unknownGroup(String name) {
    return new IOException(
        "there is no group '" + name + "' on this machine: name one of `getent group` as gid");
  }
}
