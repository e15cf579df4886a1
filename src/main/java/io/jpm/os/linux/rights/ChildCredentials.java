package io.jpm.os.linux.rights;

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

/// What a child is to begin with, in numbers.
///
/// @param identity as whom; empty: as the daemon
/// @param nice its place in the scheduler
/// @param umask the bits its files do not get
/// @param environment what the user's session would have
/// @param sandbox what the kernel keeps it from
public record ChildCredentials(
    Optional<Identity> identity,
    OptionalInt nice,
    OptionalInt umask,
    Map<String, String> environment,
    Sandbox sandbox) {
  /// As the daemon.
  public static final ChildCredentials DAEMON =
      new ChildCredentials(
          Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Map.of(), Sandbox.USUAL);

  /// With the usual sandbox.
  public ChildCredentials(
      Optional<Identity> identity,
      OptionalInt nice,
      OptionalInt umask,
      Map<String, String> environment) {
    this(identity, nice, umask, environment, Sandbox.USUAL);
  }

  /// A user with its groups.
  ///
  /// @param uid empty: the daemon's
  /// @param gid the first group
  /// @param groups all groups
  public record Identity(OptionalInt uid, int gid, List<Integer> groups) {
    public Identity {
      groups = List.copyOf(groups);
    }
  }

  /// Whether nothing has to change for them.
  public boolean areTheDaemons() {
    return identity.isEmpty() && nice.isEmpty() && umask.isEmpty();
  }

  /// Whether a child has to become what these say by itself.
  public boolean needLaunch() {
    return identity.isPresent() || noNewPrivileges() || sandbox.capabilities().isPresent();
  }

  /// Whether no program may give more rights: by itself for another user than root, and where
  /// system calls are filtered, which a program with more rights might not expect.
  public boolean noNewPrivileges() {
    return sandbox
        .noNewPrivileges()
        .orElse(
            sandbox.seccomp() != Seccomp.NONE
                || identity
                    .filter(it -> it.uid().isPresent() && it.uid().getAsInt() != 0)
                    .isPresent());
  }

  /// Without the user and the groups, which a child takes on itself ([UserLaunch]).
  public ChildCredentials withoutIdentity() {
    return new ChildCredentials(Optional.empty(), nice, umask, environment);
  }

  /// The user and the groups alone, which decide what may be done with a file.
  public ChildCredentials ofFiles() {
    return new ChildCredentials(identity, OptionalInt.empty(), OptionalInt.empty(), environment);
  }

  /// Why something failed that was tried with these rights, in words.
  public String words(int errno) {
    boolean refused = errno == Errno.EACCES || errno == Errno.EPERM;
    return refused && environment.containsKey("USER")
        ? Errno.words(errno) + " for user " + environment.get("USER")
        : Errno.words(errno);
  }

  /// Looks the names up.
  ///
  /// @throws IOException with a sentence for the user where there is no such user or group
  public static ChildCredentials of(RunAs runAs) throws IOException {
    if (runAs.equals(RunAs.DAEMON)) {
      return DAEMON;
    }
    OptionalInt group = OptionalInt.empty();
    if (runAs.group().isPresent()) {
      String name = runAs.group().get();
      group = OptionalInt.of(Accounts.group(name).orElseThrow(() -> unknownGroup(name)));
    }
    if (runAs.user().isEmpty()) {
      return new ChildCredentials(
          ofGroup(group), runAs.nice(), runAs.umask(), Map.of(), runAs.sandbox());
    }
    String name = runAs.user().get();
    Accounts.User user = Accounts.user(name).orElseThrow(() -> unknownUser(name));
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
