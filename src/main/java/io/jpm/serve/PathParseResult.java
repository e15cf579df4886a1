package io.jpm.serve;

/// The result of parsing a request path.
sealed interface PathParseResult permits RequestPath, PathParseResult.Refused {
  /// A path that is rejected.
  ///
  /// @param status the response status: 400 or 403
  record Refused(int status) implements PathParseResult {}
}
