package io.jpm.serve;

/// What a request's path has turned out to be.
sealed interface PathReading permits RequestPath, PathReading.Refused {
  /// Nothing that a file is looked for under.
  ///
  /// @param status the answer: 400 or 403
  record Refused(int status) implements PathReading {}
}
