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
/// @param environment the whole environment. The host adds [#TAG_VARIABLE], and for a channel
///   Node's `NODE_CHANNEL_FD`, `NODE_CHANNEL_SERIALIZATION_MODE` and `JPM_CHANNEL`, by which the
///   next daemon recognizes the channel. Without a channel these three are removed.
/// @param cwd working directory, absolute
/// @param out the pipe and file of standard output
/// @param error the pipe and file of standard error
/// @param tag the process tag, which the process and all its descendants inherit through the
///   environment: `<home>:<instance>:<generation>`
/// @param runAs credentials and priority; the request is refused if the process cannot get them.
///   With a user, the host sets HOME, USER, LOGNAME and SHELL to that user's values and ignores
///   those of `environment`.
/// @param ipcChannel whether the process gets an IPC channel as in Node, if the host supports it:
///   its own end is descriptor 3. Descriptor 4 is the daemon's end, so that the channel outlives
///   the daemon.
/// @param terminal whether standard output and error are one terminal, for programs that buffer
///   lines or omit colors when they write to a pipe. All output goes to `out`, byte for byte;
///   standard input is not a terminal. The descriptor after those of the channel and the sockets is
///   the pipe of `out`. On systems without terminals the request is refused.
/// @param sockets keys of [ListenSocketRegistry] that the process inherits, in this order from
///   descriptor 5 on, or from 3 on without a channel
/// @param limits limits of the process and its tree. The request is refused if the process itself
///   cannot get one of its limits; limits that need a cgroup are ignored if there is none, see
///   [Child#hasCgroup].
/// @param input a named pipe as standard input, created by the host if it does not exist, into
///   which [ProcessHost#writeInput] writes; the process never reads an end of file. Empty, and on
///   systems without named pipes: `/dev/null`.
/// @param inheritToDescendants whether the process inherits the sockets from
///   [#FIRST_INHERITED_BY_DESCENDANTS] on as well, for its descendants
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
  /// First descriptor of the sockets that must survive programs which close inherited descriptors
  /// or set close-on-exec on them. Node sets close-on-exec on every descriptor below 16, and from
  /// there on up to the first one that is free.
  public static final int FIRST_INHERITED_BY_DESCENDANTS = 48;

  /// Creates a request in which the sockets are for the process itself only.
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

  /// Creates a request with the daemon's credentials, without a channel or terminal.
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

  /// Returns a copy with another program and other arguments.
  public SpawnRequest withProgram(Path other, List<String> arguments) {
    return as(other, arguments, limits, input);
  }

  /// Returns a copy with other limits.
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
