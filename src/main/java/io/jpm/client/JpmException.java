package io.jpm.client;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Signals that a request failed or that its result is unknown. [#code] is for programs,
/// [#problems] for people.
public final class JpmException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Code code;
  private final transient List<String> problems;
  private final transient List<Instance> instances;

  /// @param instances the instances on which the request succeeded
  JpmException(Code code, List<String> problems, List<Instance> instances) {
    super(String.join("; ", problems));
    this.code = code;
    this.problems = List.copyOf(problems);
    this.instances = List.copyOf(instances);
  }

  JpmException(Code code, String problem) {
    this(code, List.of(problem), List.of());
  }

  JpmException(Code code, String problem, @Nullable Throwable cause) {
    this(code, problem);
    initCause(cause);
  }

  /// Returns the kind of failure.
  public Code code() {
    return code;
  }

  /// Returns the reasons, as one or more sentences.
  public List<String> problems() {
    return problems;
  }

  /// Returns the instances on which the request succeeded, in their state afterwards; empty for
  /// most failures.
  public List<Instance> instances() {
    return instances;
  }

  /// The codes of `docs/bridge.md`, followed by those that the client itself creates.
  public enum Code {
    /// The daemon does not support the version of the request.
    VERSION,
    /// The request is invalid; the problems name the key and what is expected.
    INVALID,
    /// The role or the apps of the token do not permit the request, or the token is no longer
    /// valid.
    DENIED,
    /// No app matches a target.
    NOT_FOUND,
    /// The request was attempted and failed.
    FAILED,
    /// The request was not completed before the daemon's or the caller's deadline, and may still be
    /// in progress.
    TIMEOUT,
    /// The token makes more requests than `bridge.requests_per_second`; it may try again a second
    /// later.
    BUSY,
    /// No daemon is running, or it rejects the connection: nothing was done.
    UNREACHABLE,
    /// The connection broke before the answer: it is unknown whether the request was executed.
    LOST,
    /// The client was closed, before the request or while it was pending.
    CLOSED,
    /// The thread was interrupted while it waited for the answer. Its interrupt status is set
    /// again.
    INTERRUPTED,
    /// The received data is not a valid message of a daemon.
    MALFORMED,
    /// The daemon is newer and sent a code that this client does not know.
    OTHER;

    /// Returns the spelling in JSON.
    public String keyword() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Code of(String word) {
      return Arrays.stream(values())
          .filter(code -> code.compareTo(BUSY) <= 0 && code.keyword().equals(word))
          .findFirst()
          .orElse(OTHER);
    }
  }
}
