package io.jpm.os.linux.spawn;

import io.jpm.model.ResourceLimits;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.cgroup.Cgroup;
import io.jpm.os.linux.cgroup.Cgroups;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.credentials.OpenFileLimit;
import io.jpm.os.linux.credentials.ProcessLimits;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
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

/// Makes a child wait until its limits are set. The limits must be in effect before the program's
/// first instruction, because many programs read them only once (a JVM reads its memory limit, Node
/// its file limit). In addition, a child that the program forks before the limits are set would be
/// outside the cgroup.
///
/// The process starts as a shell that reads a line from its standard input and then executes the
/// program. If the daemon dies, the shell reads an end of file and exits.
public final class LimitGate {
  private static final Path SHELL = Path.of("/bin/sh");
  private static final String WAIT = "read -r JPM_GATE || exit 126; exec \"$@\" ";

  /// Variable names that a shell accepts. A shell drops variables with other names, so `env` has to
  /// set them again.
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private static final String ENV = "/usr/bin/env";

  private final Cgroups groups;

  /// Creates a gate for the children of one host.
  ///
  /// @param groups creates the cgroups for children whose limits require one
  public LimitGate(Cgroups groups) {
    this.groups = groups;
  }

  /// Reports whether a child with these limits requires the gate.
  boolean isNeeded(ResourceLimits limits) {
    return !limits.resources().isEmpty() || (limits.needsCgroup() && groups.problem().isEmpty());
  }

  /// Returns a request for a shell that waits at the gate and then executes the program of
  /// `request`.
  ///
  /// @param input the descriptor that becomes standard input after the gate, if the request has an
  ///   input pipe
  /// @param crowded whether the child inherits the daemon's own descriptor limit, which the shell
  ///   must lower
  /// @throws IOException with a message for the user if the program cannot be executed; checked
  ///   here because a failure in the shell would not be reported
  static SpawnRequest wrap(SpawnRequest request, int input, boolean crowded) throws IOException {
    if (!Files.isRegularFile(request.program()) || !Files.isExecutable(request.program())) {
      int errno = Files.exists(request.program()) ? Errno.EACCES : Errno.ENOENT;
      throw new IOException(SpawnRefusal.explain(request, errno));
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
    return request.withProgram(SHELL, argv);
  }

  /// Returns a shell command that restores the descriptor limit that the daemon was started with,
  /// unless the app sets its own limit.
  private static String ownLimit(SpawnRequest request, boolean crowded) {
    return crowded && !request.limits().resources().containsKey("nofile")
        ? "ulimit -S -n " + OpenFileLimit.ofDaemon().inheritedLimit() + " || exit 126; "
        : "";
  }

  /// Returns the redirection to the input pipe. Because some shells do not accept descriptor
  /// numbers with two digits, a pipe with such a number is reopened through `/proc`. The kernel
  /// allows this for a pipe regardless of the directories above it. The original descriptor stays
  /// open.
  private static String redirection(SpawnRequest request, int input) {
    if (request.input().isEmpty()) {
      return "</dev/null";
    }
    return input < 10
        ? "<&%d %d<&-".formatted(input, input)
        : "<>/proc/self/fd/%d".formatted(input);
  }

  /// Creates a pair of connected sockets: the first is read by the child, the second is passed to
  /// [#open].
  static int[] pair() throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(ValueLayout.JAVA_INT, 2);
      int result = Libc.socketPair(Libc.SOCK_STREAM, two);
      if (result < 0) {
        throw new ErrnoException("cannot create a socket pair: " + Errno.message(-result), -result);
      }
      return new int[] {
        two.getAtIndex(ValueLayout.JAVA_INT, 0), two.getAtIndex(ValueLayout.JAVA_INT, 1)
      };
    }
  }

  /// Sets the limits of the waiting child.
  ///
  /// @param childCredentials the credentials that the child was spawned with
  /// @return the cgroup of the child, if it requires one
  /// @throws IOException with a message for the user if a limit cannot be set
  Optional<Cgroup> limit(int pid, SpawnRequest request, ChildCredentials childCredentials)
      throws IOException {
    Optional<Cgroup> group = groups.create(request.tag(), request.limits());
    try {
      if (group.isPresent()) {
        group.get().add(pid);
      }
      ProcessLimits.set(pid, request.limits().resources(), childCredentials);
      return group;
    } catch (IOException refused) {
      group.ifPresent(Cgroup::remove);
      throw refused;
    }
  }

  /// Lets the waiting child execute its program.
  static void open(int writer) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment line = arena.allocate(1);
      MemorySegment.copy(
          "\n".getBytes(StandardCharsets.US_ASCII), 0, line, ValueLayout.JAVA_BYTE, 0, 1);
      Libc.sendNow(writer, line); // fails if the child was killed, which is reported as its exit
    }
  }
}
