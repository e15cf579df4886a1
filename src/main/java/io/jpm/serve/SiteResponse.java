package io.jpm.serve;

/// What a request gets, before it is said in HTTP.
sealed interface SiteResponse {
  /// A file.
  ///
  /// @param status 200, or 404 for the page that says that there is none
  record File(int status, ResolvedPath.Content content) implements SiteResponse {}

  /// Another address.
  ///
  /// @param location a path on this server
  record Elsewhere(String location) implements SiteResponse {}

  /// A text that was made for it.
  record Text(int status, String type, String body) implements SiteResponse {
    static Text plain(int status, String sentence) {
      return new Text(status, "text/plain; charset=utf-8", status + " " + sentence + "\n");
    }
  }
}
