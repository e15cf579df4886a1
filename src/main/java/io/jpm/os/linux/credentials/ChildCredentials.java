package io.jpm.os.linux.credentials;

import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The resolved credentials that a child starts with.
///
/// @param identity the user and groups; empty for those of the daemon
/// @param nice the nice value; empty for that of the daemon
/// @param umask the mode bits that are cleared in new files; empty for the daemon's umask
/// @param environment the variables that a login sets for the user: HOME, USER, LOGNAME and SHELL;
///   empty if no user is named
/// @param sandbox the restrictions that the kernel enforces on the child
public record ChildCredentials(
    Optional<Identity> identity,
    OptionalInt nice,
    OptionalInt umask,
    Map<String, String> environment,
    Sandbox sandbox) {
  /// The daemon's own credentials.
  public static final ChildCredentials DAEMON =
      new ChildCredentials(
          Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Map.of(), Sandbox.USUAL);

  /// Creates credentials with the default sandbox.
  public ChildCredentials(
      Optional<Identity> identity,
      OptionalInt nice,
      OptionalInt umask,
      Map<String, String> environment) {
    this(identity, nice, umask, environment, Sandbox.USUAL);
  }

  /// A user and its groups.
  ///
  /// @param uid the user id; empty for the daemon's user
  /// @param gid the id of the primary group
  /// @param groups the ids of all groups
  public record Identity(OptionalInt uid, int gid, List<Integer> groups) {
    public Identity {
      groups = List.copyOf(groups);
    }
  }

  /// Reports whether these credentials are the same as the daemon's.
  public boolean isDaemon() {
    return identity.isEmpty() && nice.isEmpty() && umask.isEmpty();
  }

  /// Reports whether the child must assume these credentials itself, through a [UserLaunch].
  public boolean needLaunch() {
    return identity.isPresent() || noNewPrivileges() || sandbox.capabilities().isPresent();
  }

  /// Reports whether programs that the child executes are prevented from gaining privileges
  /// (no_new_privs). By default, this is true for a user other than root. It is also true if system
  /// calls are filtered, because a program with more privileges might not expect the filter.
  public boolean noNewPrivileges() {
    return sandbox
        .noNewPrivileges()
        .orElse(
            sandbox.seccomp() != Seccomp.NONE
                || identity
                    .filter(it -> it.uid().isPresent() && it.uid().getAsInt() != 0)
                    .isPresent());
  }

  /// Returns a copy without the user and the groups, which a child assumes itself ([UserLaunch]).
  public ChildCredentials withoutIdentity() {
    return new ChildCredentials(Optional.empty(), nice, umask, environment);
  }

  /// Returns a copy with only the user and the groups, which determine the access to files.
  public ChildCredentials ofFiles() {
    return new ChildCredentials(identity, OptionalInt.empty(), OptionalInt.empty(), environment);
  }

  /// Returns a description of an error that occurred with these credentials. If access was denied,
  /// the description contains the user's name.
  public String describe(int errno) {
    boolean refused = errno == Errno.EACCES || errno == Errno.EPERM;
    return refused && environment.containsKey("USER")
        ? Errno.message(errno) + " for user " + environment.get("USER")
        : Errno.message(errno);
  }

  /// Returns the credentials for `runAs`, whose user and group are looked up.
  ///
  /// @throws IOException with a message for the user if there is no such user or group
  public static ChildCredentials of(RunAs runAs) throws IOException {
    if (runAs.equals(RunAs.DAEMON)) {
      return DAEMON;
    }
    OptionalInt group = OptionalInt.empty();
    if (runAs.group().isPresent()) {
      String name = runAs.group().get();
      group = OptionalInt.of(UserDatabase.group(name).orElseThrow(() -> unknownGroup(name)));
    }
    if (runAs.user().isEmpty()) {
      return new ChildCredentials(
          ofGroup(group), runAs.nice(), runAs.umask(), Map.of(), runAs.sandbox());
    }
    String name = runAs.user().get();
    UserDatabase.User user = UserDatabase.user(name).orElseThrow(() -> unknownUser(name));
    Map<String, String> environment =
        Map.of(
            "HOME", user.home(), "USER", user.name(), "LOGNAME", user.name(), "SHELL", shell(user));
    return new ChildCredentials(
        ofUser(user, group), runAs.nice(), runAs.umask(), environment, runAs.sandbox());
  }

  private static Optional<Identity> ofGroup(OptionalInt group) {
    return group.isEmpty() || (isOrdinary() && group.getAsInt() == Libc.effectiveGroup())
        ? Optional.empty()
        : Optional.of(
            new Identity(OptionalInt.empty(), group.getAsInt(), List.of(group.getAsInt())));
  }

  /// Returns the identity of `user`; empty if an unprivileged daemon runs the app as its own user,
  /// so that nothing has to be changed.
  private static Optional<Identity> ofUser(UserDatabase.User user, OptionalInt group) {
    int gid = group.orElse(user.gid());
    if (isOrdinary() && user.uid() == Libc.effectiveUser() && gid == Libc.effectiveGroup()) {
      return Optional.empty();
    }
    return Optional.of(
        new Identity(OptionalInt.of(user.uid()), gid, UserDatabase.groupsOf(user.name(), gid)));
  }

  private static boolean isOrdinary() {
    return Libc.effectiveUser() != 0;
  }

  private static String shell(UserDatabase.User user) {
    return user.shell().isEmpty() ? "/bin/sh" : user.shell(); // passwd(5)
  }

  private static IOException unknownUser(String name) {
    return new IOException(
        "there is no user '"
            + name
            + "' on this machine: set uid to a user listed by `getent passwd`");
  }

  private static IOException unknownGroup(String name) {
    return new IOException(
        "there is no group '"
            + name
            + "' on this machine: set gid to a group listed by `getent group`");
  }
}
