package io.jpm.logs.memory;

/// The life of a daemon, counted in steps: each store into the memory, each thing that happens to a
/// pipe or a file. It ends before the step that it was not to live to see.
final class Life {
  private final long most;
  private long steps;

  Life(long most) {
    this.most = most;
  }

  static Life endless() {
    return new Life(Long.MAX_VALUE);
  }

  void step() {
    if (steps >= most) {
      throw new Killed();
    }
    steps++;
  }

  /// How many steps were lived.
  long steps() {
    return steps;
  }

  /// What a daemon does not see coming.
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Killed() {
      super(null, null, false, false);
    }
  }
}
