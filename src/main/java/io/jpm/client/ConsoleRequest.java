package io.jpm.client;

import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/// A command line as the daemon takes it. Every string is a *byte string*: each of its characters
/// is one byte (U+0000 to U+00FF), so that what is no valid text passes unharmed.
///
/// @param argv the command and its arguments
/// @param cwd the caller's working directory
/// @param env the caller's environment, `NAME=value` each
/// @param terminal what the answer will be shown on
/// @param stdin what was piped in, where a word `-` asks for it
/// @param marks whether the caller resumes a command that follows something when the daemon dies
/// @param resume the mark behind which it is to go on
/// @param key what a repetition has in common with it, and no other request: the daemon does not do
///   again what comes twice, when the answer to the first was lost
public record ConsoleRequest(
    List<String> argv,
    String cwd,
    List<String> env,
    Terminal terminal,
    Optional<byte[]> stdin,
    boolean marks,
    Optional<String> resume,
    String key) {
  private static final int VERSION = 1;

  public ConsoleRequest {
    argv = List.copyOf(argv);
    env = List.copyOf(env);
  }

  /// Without anything piped in.
  public ConsoleRequest(List<String> argv, String cwd, List<String> env, Terminal terminal) {
    this(argv, cwd, env, terminal, Optional.empty(), false, Optional.empty());
  }

  /// The same command, to go on behind `mark` ([Reply.Marked]).
  ConsoleRequest resumed(String mark) {
    return new ConsoleRequest(argv, cwd, env, terminal, stdin, marks, Optional.of(mark), key);
  }

  /// With a key of its own.
  public ConsoleRequest(
      List<String> argv,
      String cwd,
      List<String> env,
      Terminal terminal,
      Optional<byte[]> stdin,
      boolean marks,
      Optional<String> resume) {
    this(argv, cwd, env, terminal, stdin, marks, resume, UUID.randomUUID().toString());
  }

  /// What is known of the caller's terminal; sizes are 0 if unknown.
  ///
  /// @param cols characters in a line
  /// @param rows lines
  /// @param color whether to colour the output
  /// @param out whether standard output is a terminal
  /// @param err whether standard error is one
  public record Terminal(int cols, int rows, boolean color, boolean out, boolean err) {
    /// No terminal at all, as in a script.
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
            marks ? ",\"marks\":true" : "",
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
