package io.jpm.logs.buffer;

/// The life of a simulated daemon, counted in steps: each store into the memory, each operation on
/// a pipe or a file. The daemon is killed before the step that exceeds the limit.
final class StepLimit {
  private final long most;
  private long steps;

  StepLimit(long most) {
    this.most = most;
  }

  static StepLimit unlimited() {
    return new StepLimit(Long.MAX_VALUE);
  }

  void step() {
    if (steps >= most) {
      throw new Killed();
    }
    steps++;
  }

  /// Returns the number of steps so far.
  long steps() {
    return steps;
  }

  /// The daemon is killed.
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Killed() {
      super(null, null, false, false);
    }
  }
}
