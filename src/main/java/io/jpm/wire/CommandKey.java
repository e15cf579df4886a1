package io.jpm.wire;

/// A key of a request on `jpm.command`.
public enum CommandKey {
  /// Which instances: an array of 1 to 1000 words.
  TARGETS("targets", Kind.WORDS),
  /// Which one: a word.
  TARGET("target", Kind.WORD),
  /// Apps as in a process file: an array of objects.
  APPS("apps", Kind.OBJECTS),
  /// One app as in a process file.
  APP("app", Kind.OBJECT),
  /// The name of an app.
  APP_NAME("app", Kind.WORD),
  /// Where relative paths begin: an absolute path.
  CWD("cwd", Kind.PATH),
  /// The variables of a shell, which apps inherit.
  ENV("env", Kind.VARIABLES),
  /// The process file in which the apps stand: an absolute path.
  FILE("file", Kind.PATH),
  /// Whether apps that have come from the file and are not among these are deleted.
  PRUNE("prune", Kind.FLAG),
  /// The number of the last event that is known already.
  AFTER("after", Kind.NUMBER, 0, Long.MAX_VALUE),
  /// How many events at most.
  LIMIT("limit", Kind.NUMBER, 1, 10_000),
  /// How many lines of each log.
  LINES("lines", Kind.NUMBER, 1, 10_000),
  /// Of which stream: `out` or `err`.
  STREAM("stream", Kind.WORD),
  /// How many instances at a time.
  PARALLEL("parallel", Kind.NUMBER, 1, 10_000),
  /// To how many instances.
  TO("to", Kind.NUMBER, 1, 10_000),
  /// To how many more instances, or fewer.
  BY("by", Kind.NUMBER, -10_000, 10_000),
  /// Which signal, by name or number.
  SIGNAL("signal", Kind.SIGNAL),
  /// What is put into the channel: any value.
  MESSAGE("message", Kind.ANY),
  /// What is typed, without the end of the line.
  LINE("line", Kind.TEXT),
  /// The name of a custom action.
  ACTION("action", Kind.WORD),
  /// What the action gets.
  PARAMETER("parameter", Kind.TEXT),
  /// What a repetition of the request has in common with it, and no other request.
  KEY("key", Kind.WORD);

  /// What a value has to be.
  public enum Kind {
    /// A text that is not empty.
    WORD,
    /// A text.
    TEXT,
    /// An array of texts that are not empty, one or more.
    WORDS,
    /// A whole number within the key's limits.
    NUMBER,
    /// true or false.
    FLAG,
    /// A text that begins with `/`.
    PATH,
    /// An object.
    OBJECT,
    /// An array of objects, one or more.
    OBJECTS,
    /// An object of texts.
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

  /// As it is written.
  public String word() {
    return word;
  }

  /// What its value has to be.
  public Kind kind() {
    return kind;
  }

  /// Of a number: the smallest that is allowed.
  public long least() {
    return least;
  }

  /// Of a number: the largest that is allowed.
  public long most() {
    return most;
  }
}
