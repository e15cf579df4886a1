package io.jpm.wire;

/// A key of a request to `jpm.command`, with the type of its value.
public enum CommandKey {
  /// The selectors of the instances: an array of 1 to 1000 strings.
  TARGETS("targets", Kind.WORDS),
  /// The selector of one app or instance.
  TARGET("target", Kind.WORD),
  /// Apps in the format of a process file: an array of objects.
  APPS("apps", Kind.OBJECTS),
  /// One app in the format of a process file.
  APP("app", Kind.OBJECT),
  /// The name of an app.
  APP_NAME("app", Kind.WORD),
  /// The directory against which relative paths are resolved: an absolute path.
  CWD("cwd", Kind.PATH),
  /// The environment variables that the apps inherit, as if from the shell of a user.
  ENV("env", Kind.VARIABLES),
  /// The process file that describes the apps: an absolute path.
  FILE("file", Kind.PATH),
  /// Whether to delete apps that came from the same file but are not in the request.
  PRUNE("prune", Kind.FLAG),
  /// The sequence number of the last known event.
  AFTER("after", Kind.NUMBER, 0, Long.MAX_VALUE),
  /// The maximum number of events.
  LIMIT("limit", Kind.NUMBER, 1, 10_000),
  /// The maximum number of lines per log.
  LINES("lines", Kind.NUMBER, 1, 10_000),
  /// The stream: `out` or `err`.
  STREAM("stream", Kind.WORD),
  /// The maximum number of instances that are replaced at the same time.
  PARALLEL("parallel", Kind.NUMBER, 1, 10_000),
  /// Whether old processes are asked to exit by the IPC message `shutdown` instead of a signal.
  GRACEFUL("graceful", Kind.FLAG),
  /// The new number of instances.
  TO("to", Kind.NUMBER, 1, 10_000),
  /// The number of instances to add, which can be negative.
  BY("by", Kind.NUMBER, -10_000, 10_000),
  /// A signal, by name or number.
  SIGNAL("signal", Kind.SIGNAL),
  /// The value to send over the IPC channel: any JSON value.
  MESSAGE("message", Kind.ANY),
  /// The line to write to standard input, without the line terminator.
  LINE("line", Kind.TEXT),
  /// The name of a custom action.
  ACTION("action", Kind.WORD),
  /// The parameter of the action.
  PARAMETER("parameter", Kind.TEXT),
  /// The idempotency key, which is shared only by retries of the request.
  KEY("key", Kind.WORD);

  /// The type of the value of a key.
  public enum Kind {
    /// A non-empty string.
    WORD,
    /// A string without line feeds, possibly empty.
    TEXT,
    /// An array of 1 to 1000 non-empty strings.
    WORDS,
    /// An integer within the key's limits.
    NUMBER,
    /// A boolean.
    FLAG,
    /// A string that begins with `/`.
    PATH,
    /// An object.
    OBJECT,
    /// An array of one or more objects.
    OBJECTS,
    /// An object whose values are strings.
    VARIABLES,
    /// The name or number of a signal.
    SIGNAL,
    /// Any JSON value.
    ANY
  }

  private final String word;
  private final Kind kind;
  private final long least;
  private final long most;

  CommandKey(String word, Kind kind) {
    this(word, kind, 0, 0);
  }

  CommandKey(String word, Kind kind, long least, long most) {
    this.word = word;
    this.kind = kind;
    this.least = least;
    this.most = most;
  }

  /// Returns the name used in JSON.
  public String keyword() {
    return word;
  }

  /// Returns the type of the value.
  public Kind kind() {
    return kind;
  }

  /// Returns the smallest allowed value of a key of type [Kind#NUMBER].
  public long min() {
    return least;
  }

  /// Returns the largest allowed value of a key of type [Kind#NUMBER].
  public long max() {
    return most;
  }
}
