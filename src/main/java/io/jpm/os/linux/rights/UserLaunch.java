package io.jpm.os.linux.rights;

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

/// Has a child itself become another user before it becomes the program: it begins as `setpriv(1)`,
/// goes on as `env(1)`, and is the program then, all under the same pid.
///
/// No thread of the daemon ever has the ids of an app's user: `kill(2)` and `prlimit(2)` ask for
/// the ids of the thread that is named, so that user could stop, kill and limit the whole daemon
/// through it.
///
/// `setpriv` runs as root, therefore nothing in its environment may come from the app (`LD_PRELOAD`
/// and the like): the values go by names of our own, and `env`, which runs as the user already,
/// gives them back their names. No value is in an argument, where all users could read it.
///
/// @param setpriv the program of util-linux
/// @param env that of coreutils
public record UserLaunch(Path setpriv, Path env) {
  /// Those that only root can change. The daemon's PATH plays no part.
  private static final List<Path> TRUSTED =
      List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/run/current-system/sw/bin"));

  /// `env` would take a program with a `=` in its path for a variable; this one starts anything.
  private static final List<String> ANY_NAME = List.of("/usr/bin/nice", "-n", "0");

  private static final String VALUE = "JPM_V";
  private static final long NEEDED = 1L << 6 | 1L << 7; // CAP_SETGID, CAP_SETUID

  /// The one of this machine for children with `childCredentials`.
  ///
  /// @throws IOException with a sentence for the user when this daemon cannot start programs so
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

  /// Also refuses those of BusyBox, which cannot change the user.
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

  /// The arguments with which [#setpriv] becomes the program.
  ///
  /// @param cwd the directory to enter as the user; empty: it begins there
  /// @param program the file to execute, absolute; it is its own first argument
  /// @param arguments those behind it
  /// @param environment what it gets
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

  /// The arguments with which [#setpriv] takes on `childCredentials`, up to the program.
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
          // Inheritable and ambient ones reach a program that is not root's.
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

  /// An environment under names of our own.
  ///
  /// @param hidden the values by these names, and the tag, by which the process is known all the
  ///   time
  /// @param split what `env -S` is to read to give them their own names
  public record Environment(Map<String, String> hidden, String split) {
    /// Hides the names of all variables but one.
    ///
    /// @param tag the name that stays
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

  /// The names under which the process is known before it is the program.
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
