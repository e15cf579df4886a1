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

/// Lets a child become another user by itself before it executes the program: it starts as
/// `setpriv(1)`, continues as `env(1)`, and then becomes the program, all with the same pid.
///
/// No thread of the daemon ever has the ids of an app's user. `kill(2)` and `prlimit(2)` check the
/// ids of the thread that is named, so through such a thread the user could stop, kill and limit
/// the whole daemon.
///
/// `setpriv` runs as root, so nothing in its environment may come from the app (`LD_PRELOAD` and
/// the like). The values are therefore passed under names of jpm, and `env`, which already runs as
/// the user, restores their names. No value is passed as an argument, which all users could read.
///
/// @param setpriv the program of util-linux
/// @param env the program of coreutils
public record UserLaunch(Path setpriv, Path env) {
  /// Directories that only root can change. The daemon's PATH is not used.
  private static final List<Path> TRUSTED =
      List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/run/current-system/sw/bin"));

  /// Needed for a program with a `=` in its path, which `env` would take for a variable. `nice`
  /// starts any program.
  private static final List<String> ANY_NAME = List.of("/usr/bin/nice", "-n", "0");

  private static final String VALUE = "JPM_V";
  private static final long NEEDED = 1L << 6 | 1L << 7; // CAP_SETGID, CAP_SETUID

  /// Returns the launch for children with `childCredentials` on this machine.
  ///
  /// @throws IOException with a message for the user if this daemon cannot start programs in this
  ///   way
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
          "only root can give or take capabilities: start the daemon as root or leave out"
              + " capabilities",
          Errno.EPERM);
    }
    long own = DaemonStatusFile.effectiveCapabilities();
    List<String> lacking =
        Stream.concat(Stream.of("setpcap"), names.stream())
            .filter(name -> (own >> Sandbox.CAPABILITIES.indexOf(name) & 1) == 0)
            .toList();
    if (!lacking.isEmpty()) {
      throw new ErrnoException(
          "capabilities: the daemon itself lacks %s, which its container or service must allow"
              .formatted(String.join(", ", lacking)),
          Errno.EPERM);
    }
  }

  private static void checkUser() throws IOException {
    if (Libc.effectiveUser() != 0) {
      throw new ErrnoException(
          "only root can run an app as another user: start the daemon as root or leave out uid and"
              + " gid",
          Errno.EPERM);
    }
    if ((DaemonStatusFile.effectiveCapabilities() & NEEDED) != NEEDED) {
      throw new ErrnoException(
          "the app cannot be run as another user: the daemon lacks CAP_SETUID or CAP_SETGID, which"
              + " its container or service must allow; or leave out uid and gid",
          Errno.EPERM);
    }
  }

  /// Finds a program, except those of BusyBox, which cannot change the user.
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
        "an app with uid, gid, no_new_privileges or capabilities is started through %s, which is not in %s: install %s (that of BusyBox"
                .formatted(
                    program,
                    TRUSTED.stream()
                        .limit(2)
                        .map(Path::toString)
                        .collect(Collectors.joining(" or ")),
                    what)
            + " is not enough), or leave these out");
  }

  /// Returns the arguments with which [#setpriv] becomes the program.
  ///
  /// @param cwd the directory to enter as the user; empty: the process starts in it
  /// @param program the file to execute, absolute; it is its own argument 0
  /// @param arguments the arguments after it
  /// @param environment its environment
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

  /// Returns the arguments with which [#setpriv] takes on `childCredentials`, up to the program.
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
          // Inheritable and ambient capabilities are passed to a program that does not run as root.
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

  /// An environment under names of jpm.
  ///
  /// @param hidden the values under these names, and the process tag, which identifies the process
  ///   at all times
  /// @param split the argument of `env -S` that restores the original names
  public record Environment(Map<String, String> hidden, String split) {
    /// Hides the names of all variables except one.
    ///
    /// @param tag the name that is kept
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

  /// Returns the process names that the kernel shows before the process has become the program.
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
