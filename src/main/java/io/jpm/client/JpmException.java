package io.jpm.client;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Signals that a request failed or that its result is unknown. [#code] is intended for programs,
/// [#problems] for users.
public final class JpmException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Code code;
  private final transient List<String> problems;
  private final transient List<Instance> instances;

  /// Creates an exception for a request that failed completely or partially.
  ///
  /// @param instances the instances for which the request succeeded; empty for most failures
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

  /// Returns one or more sentences that describe what went wrong.
  public List<String> problems() {
    return problems;
  }

  /// Returns the instances for which the request succeeded, in their state after the request; empty
  /// for most failures.
  public List<Instance> instances() {
    return instances;
  }

  /// The codes of `docs/bridge.md`, followed by those created by the client itself.
  public enum Code {
    /// The daemon does not support the version of the request.
    VERSION,
    /// The request is invalid. The problems name the key and the expected value.
    INVALID,
    /// The token's role or the apps to which it is limited do not permit the request, or the token
    /// is no longer valid.
    DENIED,
    /// No app matches one of the targets.
    NOT_FOUND,
    /// The request was attempted and failed.
    FAILED,
    /// The request was not completed before the daemon's or the caller's deadline. It may still be
    /// in progress.
    TIMEOUT,
    /// The token has sent more requests than `bridge.requests_per_second` permits. The request can
    /// be retried one second later.
    BUSY,
    /// No daemon is running, or the daemon rejects the connection. The request was not executed.
    UNREACHABLE,
    /// The connection was lost before the reply. It is unknown whether the request was executed.
    LOST,
    /// The client was closed before the request was sent or while it was pending.
    CLOSED,
    /// The thread was interrupted while it was waiting for the reply. Its interrupt status is set.
    INTERRUPTED,
    /// The received data is not a valid message from a daemon.
    MALFORMED,
    /// The daemon is newer than this client and sent a code that the client does not know.
    OTHER;

    /// Returns the name used in JSON.
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
