package io.jpm.os;

import io.jpm.model.ResourceLimits;
import io.jpm.model.RunAs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Describes a process to create. Apart from the standard streams, the process inherits only the
/// IPC channel and the sockets.
///
/// @param program the file to execute, absolute
/// @param argv the argument vector, program name first
/// @param environment the complete environment. The host adds [#TAG_VARIABLE]. For an IPC channel
///   it also adds Node's `NODE_CHANNEL_FD` and `NODE_CHANNEL_SERIALIZATION_MODE`, and
///   `JPM_CHANNEL`, by which the next daemon recognizes the channel. Without an IPC channel, it
///   removes these three variables.
/// @param cwd the working directory, absolute
/// @param out the pipe and the file for standard output
/// @param error the pipe and the file for standard error
/// @param tag the process tag, which the process and all its descendants inherit through the
///   environment: `<home>:<instance>:<generation>`
/// @param runAs the credentials and the priority. The request is refused if they cannot be applied.
///   If a user is named, the host sets HOME, USER, LOGNAME and SHELL to that user's values and
///   ignores those in `environment`.
/// @param ipcChannel whether to create an IPC channel as in Node, if the host supports it.
///   Descriptor 3 is the process's end of the channel. Descriptor 4 is the daemon's end, which lets
///   the channel outlive the daemon.
/// @param terminal whether standard output and standard error are connected to a terminal, for
///   programs that buffer their output or omit colors when they write to a pipe. All output is
///   written to `out` unchanged; standard input is not a terminal. The descriptor after those of
///   the channel and the sockets is the pipe of `out`. On systems without terminals the request is
///   refused.
/// @param sockets the keys of the sockets in [ListenSocketRegistry] that the process inherits, in
///   this order from descriptor 5 upward, or from 3 if there is no channel
/// @param limits the limits of the process and its tree. The request is refused if a limit of the
///   process itself cannot be applied. Limits that require a cgroup are ignored if there is none,
///   see [Child#hasCgroup].
/// @param input the named pipe used as standard input, to which [ProcessHost#writeInput] writes. It
///   is created by the host if it does not exist, and the process never reads an end of file. If
///   empty, or on systems without named pipes, `/dev/null` is used.
/// @param inheritToDescendants whether the process inherits each socket a second time, for its
///   descendants, at descriptors from [#FIRST_INHERITED_BY_DESCENDANTS] upward
public record SpawnRequest(
    Path program,
    List<String> argv,
    Map<String, String> environment,
    Path cwd,
    LogPipe out,
    LogPipe error,
    String tag,
    RunAs runAs,
    boolean ipcChannel,
    boolean terminal,
    List<String> sockets,
    ResourceLimits limits,
    Optional<Path> input,
    boolean inheritToDescendants) {
  /// First descriptor of the sockets that must survive a program that closes inherited descriptors
  /// or sets close-on-exec on them. Node sets close-on-exec on every descriptor below 16, and on
  /// higher ones up to the first number that is not in use.
  public static final int FIRST_INHERITED_BY_DESCENDANTS = 48;

  /// Creates a request with sockets that only the process itself uses, not its descendants.
  public SpawnRequest(
      Path program,
      List<String> argv,
      Map<String, String> environment,
      Path cwd,
      LogPipe out,
      LogPipe error,
      String tag,
      RunAs runAs,
      boolean channel,
      boolean terminal,
      List<String> sockets,
      ResourceLimits limits,
      Optional<Path> input) {
    this(
        program,
        argv,
        environment,
        cwd,
        out,
        error,
        tag,
        runAs,
        channel,
        terminal,
        sockets,
        limits,
        input,
        false);
  }

  /// The environment variable that contains the process tag.
  public static final String TAG_VARIABLE = "JPM_TAG";

  /// Creates a request with the daemon's credentials and without a channel or a terminal.
  public SpawnRequest(
      Path program,
      List<String> argv,
      Map<String, String> environment,
      Path cwd,
      LogPipe out,
      LogPipe error,
      String tag) {
    this(program, argv, environment, cwd, out, error, tag, RunAs.DAEMON, false, false, List.of());
  }

  /// Creates a request without limits.
  public SpawnRequest(
      Path program,
      List<String> argv,
      Map<String, String> environment,
      Path cwd,
      LogPipe out,
      LogPipe error,
      String tag,
      RunAs runAs,
      boolean channel,
      boolean terminal,
      List<String> sockets) {
    this(
        program,
        argv,
        environment,
        cwd,
        out,
        error,
        tag,
        runAs,
        channel,
        terminal,
        sockets,
        ResourceLimits.NONE,
        Optional.empty());
  }

  /// Returns a copy with a different program and different arguments.
  public SpawnRequest withProgram(Path other, List<String> arguments) {
    return as(other, arguments, limits, input);
  }

  /// Returns a copy with different limits.
  public SpawnRequest withLimits(ResourceLimits wanted) {
    return as(program, argv, wanted, input);
  }

  /// Returns a copy with a named pipe as standard input.
  public SpawnRequest withInput(Path pipe) {
    return as(program, argv, limits, Optional.of(pipe));
  }

  private SpawnRequest as(
      Path other, List<String> arguments, ResourceLimits wanted, Optional<Path> pipe) {
    return new SpawnRequest(
        other,
        arguments,
        environment,
        cwd,
        out,
        error,
        tag,
        runAs,
        ipcChannel,
        terminal,
        sockets,
        wanted,
        pipe,
        inheritToDescendants);
  }

  public SpawnRequest {
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
    sockets = List.copyOf(sockets);
  }
}
