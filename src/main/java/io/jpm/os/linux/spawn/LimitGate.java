package io.jpm.os.linux.spawn;

import io.jpm.model.ResourceLimits;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.cgroup.Cgroup;
import io.jpm.os.linux.cgroup.Cgroups;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.rights.ChildCredentials;
import io.jpm.os.linux.rights.OpenFileLimit;
import io.jpm.os.linux.rights.ProcessLimits;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Holds a child back until it has its limits: they have to be there before the program's first
/// instruction, since many programs look at them once (a JVM at its memory, Node at the number of
/// files) and a child of theirs would be outside of the group.
///
/// The process begins as a shell that reads a line from its standard input, and becomes the program
/// when that has come. Without the line, when the daemon dies, it ends.
public final class LimitGate {
  private static final Path SHELL = Path.of("/bin/sh");
  private static final String WAIT = "read -r JPM_GATE || exit 126; exec \"$@\" ";

  /// What a shell takes for the name of a variable: it throws others away, so `env` has to set them
  /// again.
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private static final String ENV = "/usr/bin/env";

  private final Cgroups groups;

  public LimitGate(Cgroups groups) {
    this.groups = groups;
  }

  /// Whether a child with these limits has to be held back.
  boolean isNeeded(ResourceLimits limits) {
    return !limits.resources().isEmpty() || (limits.ofGroup() && groups.problem().isEmpty());
  }

  /// The same program behind the gate.
  ///
  /// @param input the descriptor that is its standard input then, where the request has such a pipe
  /// @param crowded whether the child begins with the daemon's own limit of descriptors
  /// @throws IOException with a sentence for the user when the program cannot be executed: behind a
  ///   shell nobody would be told
  static SpawnRequest behind(SpawnRequest request, int input, boolean crowded) throws IOException {
    if (!Files.isRegularFile(request.program()) || !Files.isExecutable(request.program())) {
      int errno = Files.exists(request.program()) ? Errno.EACCES : Errno.ENOENT;
      throw new IOException(SpawnRefusal.sentence(request, errno));
    }
    List<String> argv =
        new ArrayList<>(
            List.of(
                "sh", "-c", ownLimit(request, crowded) + WAIT + redirection(request, input), "sh"));
    List<String> odd =
        request.environment().entrySet().stream()
            .filter(entry -> !NAME.matcher(entry.getKey()).matches())
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .toList();
    if (!odd.isEmpty()) {
      argv.add(ENV);
      argv.addAll(odd);
    }
    argv.add(request.program().toString());
    argv.addAll(request.argv().subList(1, request.argv().size()));
    return request.instead(SHELL, argv);
  }

  /// Has the shell take back the limit that the daemon has raised for itself, where the app does
  /// not have a limit of its own.
  private static String ownLimit(SpawnRequest request, boolean crowded) {
    return crowded && !request.limits().resources().containsKey("nofile")
        ? "ulimit -S -n " + OpenFileLimit.ours().callers() + " || exit 126; "
        : "";
  }

  /// A shell need not know descriptors of two digits: then the pipe is opened once more, which for
  /// the descriptor of a pipe is allowed whatever the way to it, and the first one stays open.
  private static String redirection(SpawnRequest request, int input) {
    if (request.input().isEmpty()) {
      return "</dev/null";
    }
    return input < 10
        ? "<&%d %d<&-".formatted(input, input)
        : "<>/proc/self/fd/%d".formatted(input);
  }

  /// Makes a pair of connected sockets: what the child reads, and what [#open] writes into.
  static int[] pair() throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(ValueLayout.JAVA_INT, 2);
      int result = Libc.socketPair(Libc.SOCK_STREAM, two);
      if (result < 0) {
        throw new ErrnoException("cannot make a socket pair: " + Errno.words(-result), -result);
      }
      return new int[] {
        two.getAtIndex(ValueLayout.JAVA_INT, 0), two.getAtIndex(ValueLayout.JAVA_INT, 1)
      };
    }
  }

  /// Gives the waiting child its limits.
  ///
  /// @param childCredentials what it was made with
  /// @return its group, where it has one
  /// @throws IOException with a sentence for the user when it cannot have a limit
  Optional<Cgroup> limit(int pid, SpawnRequest request, ChildCredentials childCredentials)
      throws IOException {
    Optional<Cgroup> group = groups.make(request.tag(), request.limits());
    try {
      if (group.isPresent()) {
        group.get().take(pid);
      }
      ProcessLimits.set(pid, request.limits().resources(), childCredentials);
      return group;
    } catch (IOException refused) {
      group.ifPresent(Cgroup::remove);
      throw refused;
    }
  }

  /// Lets the child go.
  static void open(int writer) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment line = arena.allocate(1);
      MemorySegment.copy(
          "\n".getBytes(StandardCharsets.US_ASCII), 0, line, ValueLayout.JAVA_BYTE, 0, 1);
      Libc.sendNow(writer, line); // one that has been killed meanwhile is told of by its end
    }
  }
}
