package io.jpm.client;

import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/// A command line that a client sends to the daemon. Every string is a *byte string*, in which each
/// character (U+0000 to U+00FF) represents one byte, to preserve bytes that are not valid text.
///
/// @param argv the command and its arguments
/// @param cwd the caller's working directory
/// @param env the caller's environment as entries of the form `NAME=value`
/// @param terminal the terminal on which the output is displayed
/// @param stdin the caller's standard input, if an argument `-` refers to it
/// @param resumable whether the caller can resume a follow command, such as `logs`, after the
///   daemon has died
/// @param resume the mark after which the daemon resumes the command; empty for a new command
/// @param key the idempotency key, which is shared only by retries of this request. If the reply to
///   the first request was lost, the key prevents the daemon from executing the command again
public record CommandLineRequest(
    List<String> argv,
    String cwd,
    List<String> env,
    Terminal terminal,
    Optional<byte[]> stdin,
    boolean resumable,
    Optional<String> resume,
    String key) {
  private static final int VERSION = 1;

  public CommandLineRequest {
    argv = List.copyOf(argv);
    env = List.copyOf(env);
  }

  /// Creates a request without standard input.
  public CommandLineRequest(List<String> argv, String cwd, List<String> env, Terminal terminal) {
    this(argv, cwd, env, terminal, Optional.empty(), false, Optional.empty());
  }

  /// Returns the request that continues the same command after `mark` ([ConsoleReply.Marked]).
  CommandLineRequest resumed(String mark) {
    return new CommandLineRequest(
        argv, cwd, env, terminal, stdin, resumable, Optional.of(mark), key);
  }

  /// Creates a request with a new key.
  public CommandLineRequest(
      List<String> argv,
      String cwd,
      List<String> env,
      Terminal terminal,
      Optional<byte[]> stdin,
      boolean marks,
      Optional<String> resume) {
    this(argv, cwd, env, terminal, stdin, marks, resume, UUID.randomUUID().toString());
  }

  /// The properties of the caller's terminal.
  ///
  /// @param cols the number of columns, 0 if unknown
  /// @param rows the number of rows, 0 if unknown
  /// @param color whether the output is colored
  /// @param out whether standard output is a terminal
  /// @param err whether standard error is a terminal
  public record Terminal(int cols, int rows, boolean color, boolean out, boolean err) {
    /// The value for a caller without a terminal, such as a script.
    public static final Terminal NONE = new Terminal(0, 0, false, false, false);
  }

  String toJson() {
    String piped =
        stdin
            .map(bytes -> ",\"stdin\":\"" + Base64.getEncoder().encodeToString(bytes) + '"')
            .orElse("");
    String from = resume.map(mark -> ",\"resume\":" + Json.quote(mark)).orElse("");
    return "{\"v\":%d,\"argv\":%s,\"cwd\":%s,\"env\":%s,\"tty\":%s%s%s%s,\"key\":%s}"
        .formatted(
            VERSION,
            array(argv),
            Json.quote(cwd),
            array(env),
            ttyJson(),
            piped,
            resumable ? ",\"marks\":true" : "",
            from,
            Json.quote(key));
  }

  private String ttyJson() {
    return "{\"cols\":%d,\"rows\":%d,\"color\":%b,\"out\":%b,\"err\":%b}"
        .formatted(
            terminal.cols(), terminal.rows(), terminal.color(), terminal.out(), terminal.err());
  }

  private static String array(List<String> items) {
    return items.stream().map(Json::quote).collect(Collectors.joining(",", "[", "]"));
  }
}
