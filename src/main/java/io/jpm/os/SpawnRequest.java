package io.jpm.os;

import io.jpm.model.ResourceLimits;
import io.jpm.model.RunAs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything a new process is made of. Beside the streams only the channel and the sockets are
/// inherited.
///
/// @param program the file to execute, absolute
/// @param argv the argument vector, program name first
/// @param environment the whole environment; the host adds [#TAG_VARIABLE], for a channel Node's
///   `NODE_CHANNEL_FD`, `NODE_CHANNEL_SERIALIZATION_MODE` and `JPM_CHANNEL`, by which the next
///   daemon knows it again, and nothing else; without a channel these three are left out
/// @param cwd working directory, absolute
/// @param out where standard output goes
/// @param error where standard error goes
/// @param tag marks the process and all it forks, through the environment:
///   `<home>:<instance>:<generation>`
/// @param runAs rights and priority; where they cannot be had the request is refused. With a user
///   the host sets HOME, USER, LOGNAME and SHELL to that user's, whatever `environment` says.
/// @param channel whether it gets a channel for messages, where the host can make one: Node's IPC
///   on descriptor 3. Descriptor 4 is the daemon's end, so that the channel outlives the daemon.
/// @param terminal whether standard output and error are one terminal, for programs that hold lines
///   back or leave out colours when they write into a pipe. All of it goes the way of `out`, byte
///   for byte; standard input is no terminal. The descriptor behind those of the channel and the
///   sockets is the pipe of `out`. Where there are no terminals the request is refused.
/// @param sockets keys of [ListenSockets] that are inherited, in this order from descriptor 5 on,
///   without a channel from 3 on
/// @param limits what the process and its tree may use. One that the process itself cannot have is
///   a refusal; those that need a cgroup are left out where there is none, see [Child#isGrouped].
/// @param input a named pipe that is standard input, made by the host where it does not exist, into
///   which [ProcessHost#type] writes; the process never sees its end. Empty, and on systems without
///   named pipes: `/dev/null`.
/// @param far whether the sockets are inherited from [#FIRST_FAR] on as well, for processes below
///   this one
public record SpawnRequest(
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
    Optional<Path> input,
    boolean far) {
  /// The first number of sockets that are to get past programs that close or mark what they find
  /// open: Node marks close-on-exec what is below 16, and goes on to the first number that is free.
  public static final int FIRST_FAR = 48;

  /// With sockets that only the process itself is to have.
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

  /// The environment variable that carries the tag.
  public static final String TAG_VARIABLE = "JPM_TAG";

  /// As the daemon, without a channel or terminal.
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

  /// Without limits.
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

  /// The same with another program.
  public SpawnRequest instead(Path other, List<String> arguments) {
    return as(other, arguments, limits, input);
  }

  /// The same with limits.
  public SpawnRequest limited(ResourceLimits wanted) {
    return as(program, argv, wanted, input);
  }

  /// The same with a named pipe as standard input.
  public SpawnRequest reading(Path pipe) {
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
        channel,
        terminal,
        sockets,
        wanted,
        pipe,
        far);
  }

  public SpawnRequest {
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
    sockets = List.copyOf(sockets);
  }
}
