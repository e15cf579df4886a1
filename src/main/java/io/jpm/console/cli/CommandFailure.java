package io.jpm.console.cli;

import java.util.List;

/// Thrown when a command fails, with messages for the user. The client exits with
/// [io.jpm.console.session.ExitCode#FAILED].
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /// Creates a failure with several messages.
  ///
  /// @param problems one or more messages, one line each
  public CommandFailure(List<String> problems) {
    super(String.join("\n", problems), null, false, false);
    this.problems = List.copyOf(problems);
  }

  public CommandFailure(String problem) {
    this(List.of(problem));
  }

  public List<String> problems() {
    return problems;
  }
}
