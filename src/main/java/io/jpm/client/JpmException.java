package io.jpm.client;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What was asked of a daemon was not done, or is not known to be done. [#code] says in a word what
/// a program may do about it, [#problems] what a person may.
public final class JpmException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Code code;
  private final transient List<String> problems;
  private final transient List<Instance> instances;

  /// @param instances what some of it was done to
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

  /// Why, in a word.
  public Code code() {
    return code;
  }

  /// Why, in one or more sentences.
  public List<String> problems() {
    return problems;
  }

  /// What some of it was done to, as it is now; of most failures empty.
  public List<Instance> instances() {
    return instances;
  }

  /// The codes of `docs/bridge.md`, and below them those that this client finds by itself.
  public enum Code {
    /// Not a version that the daemon speaks.
    VERSION,
    /// The request is not understood; the problems say which key and what would be right.
    INVALID,
    /// The role of who asks, or its apps, do not allow it, or its token holds no longer.
    DENIED,
    /// No app matches.
    NOT_FOUND,
    /// It was tried and did not succeed.
    FAILED,
    /// It did not come to an end before its deadline, the daemon's or the caller's, and may go on.
    TIMEOUT,
    /// More requests than `bridge.requests_per_second`; a second later it may be tried again.
    BUSY,
    /// No daemon is there, or it does not let us in: nothing was done.
    UNREACHABLE,
    /// The connection broke before the answer: whether it was done is not known.
    LOST,
    /// The client is closed, or was while it waited.
    CLOSED,
    /// The thread was interrupted while it waited for the answer. Its mark is set again.
    INTERRUPTED,
    /// What came is not what a daemon says.
    MALFORMED,
    /// The daemon is newer and has a code that this client does not know.
    OTHER;

    /// As it is written in JSON.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Code of(String word) {
      return Arrays.stream(values())
          .filter(code -> code.compareTo(BUSY) <= 0 && code.word().equals(word))
          .findFirst()
          .orElse(OTHER);
    }
  }
}
