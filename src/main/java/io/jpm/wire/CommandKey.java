package io.jpm.wire;

/// A key of a request on `jpm.command`, with the type of its value.
public enum CommandKey {
  /// The selectors of instances: an array of 1 to 1000 words.
  TARGETS("targets", Kind.WORDS),
  /// The selector of one app or instance.
  TARGET("target", Kind.WORD),
  /// Apps as in a process file: an array of objects.
  APPS("apps", Kind.OBJECTS),
  /// One app as in a process file.
  APP("app", Kind.OBJECT),
  /// The name of an app.
  APP_NAME("app", Kind.WORD),
  /// The directory to which relative paths refer: an absolute path.
  CWD("cwd", Kind.PATH),
  /// The variables that apps inherit, as from a shell.
  ENV("env", Kind.VARIABLES),
  /// The process file that describes the apps: an absolute path.
  FILE("file", Kind.PATH),
  /// Whether apps that came from the file but are not among these are deleted.
  PRUNE("prune", Kind.FLAG),
  /// The sequence number of the last known event.
  AFTER("after", Kind.NUMBER, 0, Long.MAX_VALUE),
  /// The maximum number of events.
  LIMIT("limit", Kind.NUMBER, 1, 10_000),
  /// The maximum number of lines per log.
  LINES("lines", Kind.NUMBER, 1, 10_000),
  /// The stream: `out` or `err`.
  STREAM("stream", Kind.WORD),
  /// How many instances are replaced at a time.
  PARALLEL("parallel", Kind.NUMBER, 1, 10_000),
  /// The new number of instances.
  TO("to", Kind.NUMBER, 1, 10_000),
  /// The difference in the number of instances, which may be negative.
  BY("by", Kind.NUMBER, -10_000, 10_000),
  /// A signal, by name or number.
  SIGNAL("signal", Kind.SIGNAL),
  /// The value to send over the IPC channel: any JSON value.
  MESSAGE("message", Kind.ANY),
  /// The line to write to standard input, without its line terminator.
  LINE("line", Kind.TEXT),
  /// The name of a custom action.
  ACTION("action", Kind.WORD),
  /// The parameter of the action.
  PARAMETER("parameter", Kind.TEXT),
  /// The idempotency key, which only repetitions of the request share.
  KEY("key", Kind.WORD);

  /// The type of a value.
  public enum Kind {
    /// A string that is not empty.
    WORD,
    /// A string.
    TEXT,
    /// An array of one or more strings that are not empty.
    WORDS,
    /// An integer within the key's limits.
    NUMBER,
    /// true or false.
    FLAG,
    /// A string that begins with `/`.
    PATH,
    /// An object.
    OBJECT,
    /// An array of one or more objects.
    OBJECTS,
    /// An object whose values are strings.
    VARIABLES,
    /// A signal's name or number.
    SIGNAL,
    /// Any value.
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

  /// Returns the spelling in JSON.
  public String keyword() {
    return word;
  }

  /// Returns the type of the value.
  public Kind kind() {
    return kind;
  }

  /// Returns the smallest allowed number.
  public long min() {
    return least;
  }

  /// Returns the largest allowed number.
  public long max() {
    return most;
  }
}
