package io.jpm.satan.health;

/// What can happen to a process whose health is looked after.
sealed interface News {
  /// It is there.
  ///
  /// @param ready whether it was ready before, in an earlier daemon's time
  record Began(boolean ready) implements News {}

  /// Time has passed: something may be due.
  record Tick() implements News {}

  /// An attempt has come to an end.
  record Answered(Role role, long attempt, Finding finding) implements News {}

  /// The process has said what this check listens for.
  record Heard(Role role) implements News {}

  /// Whatever this check listens for cannot be heard.
  ///
  /// @param reason for people
  record Unheard(Role role, String reason) implements News {}

  /// The process itself says that it cannot go on.
  ///
  /// @param reason for people
  record Failing(String reason) implements News {}

  /// It ends, or nobody wants to know any more.
  record Left() implements News {}
}
