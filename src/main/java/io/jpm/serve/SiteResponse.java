package io.jpm.serve;

/// The response to a request, independent of HTTP headers.
sealed interface SiteResponse {
  /// A file.
  ///
  /// @param status 200, or 404 for the page that reports a missing file
  record File(int status, ResolvedPath.Content content) implements SiteResponse {}

  /// A redirect.
  ///
  /// @param location a path on this server
  record Redirect(String location) implements SiteResponse {}

  /// A generated text.
  record Text(int status, String type, String body) implements SiteResponse {
    static Text plain(int status, String sentence) {
      return new Text(status, "text/plain; charset=utf-8", status + " " + sentence + "\n");
    }
  }
}
