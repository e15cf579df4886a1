package io.jpm.serve;

/// What a request gets, before it is said in HTTP.
sealed interface Answer {
  /// A file.
  ///
  /// @param status 200, or 404 for the page that says that there is none
  record File(int status, Found.Content content) implements Answer {}

  /// Another address.
  ///
  /// @param location a path on this server
  record Elsewhere(String location) implements Answer {}

  /// A text that was made for it.
  record Text(int status, String type, String body) implements Answer {
    static Text plain(int status, String sentence) {
      return new Text(status, "text/plain; charset=utf-8", status + " " + sentence + "\n");
    }
  }
}
