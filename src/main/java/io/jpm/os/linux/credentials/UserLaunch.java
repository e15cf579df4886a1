package io.jpm.os.linux.credentials;

import io.jpm.model.Sandbox;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Spawns a child that changes its own user before it executes its program. The child first
/// executes `setpriv(1)`, then `env(1)`, and finally the program, all with the same pid.
///
/// No thread of the daemon ever has the ids of an app's user. `kill(2)` and `prlimit(2)` check the
/// ids of the target thread, so a user who owned such a thread could stop, kill and limit the whole
/// daemon.
///
/// `setpriv` runs as root, so its environment must not contain anything chosen by the app, such as
/// `LD_PRELOAD`. The values are therefore passed under placeholder names, and `env`, which already
/// runs as the user, restores the original names. No value is passed as an argument, because all
/// users could read it.
///
/// @param setpriv the path of the program from util-linux
/// @param env the path of the program from coreutils
public record UserLaunch(Path setpriv, Path env) {
  /// Directories that only root can modify. The daemon's PATH is not used.
  private static final List<Path> TRUSTED =
      List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/run/current-system/sw/bin"));

  /// Command prefix for a program whose path contains `=`, which `env` would mistake for a variable
  /// assignment. `nice` executes any path.
  private static final List<String> ANY_NAME = List.of("/usr/bin/nice", "-n", "0");

  private static final String VALUE = "JPM_V";
  private static final long NEEDED = 1L << 6 | 1L << 7; // CAP_SETGID, CAP_SETUID

  /// Returns a launch for children with `childCredentials`, after finding the programs that it
  /// requires.
  ///
  /// @throws IOException with a message for the user if this daemon cannot start programs with
  ///   these credentials
  public static UserLaunch with(ChildCredentials childCredentials) throws IOException {
    if (childCredentials.identity().isPresent()) {
      checkUser();
    }
    if (childCredentials.sandbox().capabilities().isPresent()) {
      checkCapabilities(childCredentials.sandbox().capabilities().get());
    }
    return new UserLaunch(
        find("setpriv").orElseThrow(() -> missing("setpriv", "util-linux")),
        find("env").orElseThrow(() -> missing("env", "coreutils")));
  }

  private static void checkCapabilities(List<String> names) throws IOException {
    if (Libc.effectiveUser() != 0) {
      throw new ErrnoException(
          "only root can change capabilities: start the daemon as root or remove capabilities",
          Errno.EPERM);
    }
    long own = DaemonStatusFile.effectiveCapabilities();
    List<String> lacking =
        Stream.concat(Stream.of("setpcap"), names.stream())
            .filter(name -> (own >> Sandbox.CAPABILITIES.indexOf(name) & 1) == 0)
            .toList();
    if (!lacking.isEmpty()) {
      throw new ErrnoException(
          "cannot apply capabilities because the daemon lacks %s: allow it in its container or"
                  .formatted(String.join(", ", lacking))
              + " service",
          Errno.EPERM);
    }
  }

  private static void checkUser() throws IOException {
    if (Libc.effectiveUser() != 0) {
      throw new ErrnoException(
          "only root can run an app as another user: start the daemon as root or remove uid and"
              + " gid",
          Errno.EPERM);
    }
    if ((DaemonStatusFile.effectiveCapabilities() & NEEDED) != NEEDED) {
      throw new ErrnoException(
          "the app cannot be run as another user, because the daemon lacks CAP_SETUID or"
              + " CAP_SETGID: allow them in its container or service, or remove uid and gid",
          Errno.EPERM);
    }
  }

  /// Finds a program in the trusted directories. Programs from BusyBox are skipped, because they
  /// cannot change the user.
  private static Optional<Path> find(String name) {
    return TRUSTED.stream()
        .map(folder -> folder.resolve(name))
        .filter(Files::isExecutable)
        .filter(program -> !isBusyBox(program))
        .findFirst();
  }

  private static boolean isBusyBox(Path program) {
    try {
      return name(program.toRealPath()).toLowerCase(Locale.ROOT).contains("box");
    } catch (IOException unreadable) {
      return true;
    }
  }

  private static IOException missing(String program, String what) {
    return new IOException(
        "%s is required to start an app with uid, gid, no_new_privileges or capabilities, but is not in %s: install %s (the BusyBox version"
                .formatted(
                    program,
                    TRUSTED.stream()
                        .limit(2)
                        .map(Path::toString)
                        .collect(Collectors.joining(" or ")),
                    what)
            + " is not sufficient), or remove these settings");
  }

  /// Returns the arguments with which [#setpriv] assumes `childCredentials` and then executes the
  /// program.
  ///
  /// @param cwd the directory to enter as the user; empty if the process is started in it
  /// @param program the file to execute, absolute, which is also its argument 0
  /// @param arguments the arguments after argument 0
  /// @param environment the environment of the program
  public List<String> argv(
      ChildCredentials childCredentials,
      Optional<Path> cwd,
      Path program,
      List<String> arguments,
      Environment environment) {
    List<String> argv = new ArrayList<>(become(childCredentials));
    argv.addAll(List.of(env.toString(), "-i"));
    cwd.ifPresent(directory -> argv.addAll(List.of("-C", directory.toString())));
    argv.addAll(List.of("-S", environment.split()));
    if (program.toString().indexOf('=') >= 0) {
      argv.addAll(ANY_NAME);
    }
    argv.add(program.toString());
    argv.addAll(arguments);
    return argv;
  }

  /// Returns the arguments with which [#setpriv] assumes `childCredentials`. The program to execute
  /// must be appended.
  List<String> become(ChildCredentials childCredentials) {
    List<String> argv = new ArrayList<>(List.of(setpriv.toString()));
    childCredentials.identity().ifPresent(identity -> argv.addAll(identity(identity)));
    if (childCredentials.noNewPrivileges()) {
      argv.add("--no-new-privs");
    }
    childCredentials
        .sandbox()
        .capabilities()
        .ifPresent(names -> {
          // Only inheritable and ambient capabilities are passed on to a program that does not run
          // as root.
          String set =
              Stream.concat(Stream.of("-all"), names.stream().map(name -> "+" + name))
                  .collect(Collectors.joining(","));
          for (String kind : List.of("--bounding-set", "--inh-caps", "--ambient-caps")) {
            argv.add(kind + "=" + set);
          }
        });
    argv.add("--");
    return argv;
  }

  private static List<String> identity(ChildCredentials.Identity identity) {
    List<String> argv = new ArrayList<>();
    identity.uid().ifPresent(uid -> argv.addAll(List.of("--reuid", Integer.toUnsignedString(uid))));
    argv.addAll(List.of("--regid", Integer.toUnsignedString(identity.gid())));
    if (identity.groups().isEmpty()) {
      argv.add("--clear-groups");
    } else {
      argv.add("--groups");
      argv.add(
          identity.groups().stream()
              .map(Integer::toUnsignedString)
              .collect(Collectors.joining(",")));
    }
    return argv;
  }

  /// An environment in which the variables have placeholder names.
  ///
  /// @param hidden the values by placeholder name. The process tag keeps its name, because it must
  ///   identify the process at all times.
  /// @param split the argument of `env -S` that restores the original names
  public record Environment(Map<String, String> hidden, String split) {
    /// Replaces the names of all variables except one.
    ///
    /// @param tag the name of the variable that keeps its name
    public static Environment of(Map<String, String> environment, String tag) {
      Map<String, String> hidden = new LinkedHashMap<>();
      StringBuilder split = new StringBuilder();
      environment.forEach((name, value) -> {
        String other = name.equals(tag) ? tag : VALUE + hidden.size();
        hidden.put(other, value);
        split.append(split.isEmpty() ? "\"" : " \"");
        split.append(name.replaceAll("([\\\\\"$])", "\\\\$1"));
        split.append("=${").append(other).append("}\"");
      });
      return new Environment(hidden, split.toString());
    }
  }

  /// Returns the names that the kernel reports for the process before it executes `program`.
  public List<String> stages(Path program) {
    List<String> stages = new ArrayList<>(List.of(name(setpriv), name(env)));
    if (program.toString().indexOf('=') >= 0) {
      stages.add("nice");
    }
    stages.remove(name(program));
    return stages;
  }

  private static String name(Path program) {
    return String.valueOf(program.getFileName());
  }
}
