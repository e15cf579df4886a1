package io.jpm.serve;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The settings of the server, read from environment variables with PM2's names. `PORT` is used if
/// `PM2_SERVE_PORT` is not set.
///
/// @param root the directory to serve
/// @param host the address to listen on
/// @param port the port, 1 to 65535; 0 for any free port
/// @param homepage the page for `/`, relative to the root; with `spa`, also the page for paths that
///   look like pages but do not exist
/// @param spa whether the site is a single-page app
/// @param listing whether a directory without an index.html is listed
/// @param cors whether pages of other sites are allowed to read the files
/// @param dotFiles whether names that begin with a dot are visible
/// @param auth the required user and password; empty if none are required
record ServeSettings(
    Path root,
    String host,
    int port,
    String homepage,
    boolean spa,
    boolean listing,
    boolean cors,
    boolean dotFiles,
    Optional<BasicAuth> auth) {
  private static final int USUAL_PORT = 8080;

  /// Reads the settings from the environment.
  ///
  /// @param cwd the directory against which relative paths are resolved
  /// @throws IllegalArgumentException with a message for the user
  static ServeSettings of(Map<String, String> environment, Path cwd) {
    return new ServeSettings(
        root(environment.getOrDefault("PM2_SERVE_PATH", "."), cwd),
        host(environment.getOrDefault("PM2_SERVE_HOST", "")),
        port(environment),
        homepage(environment.getOrDefault("PM2_SERVE_HOMEPAGE", "")),
        flag(environment, "PM2_SERVE_SPA"),
        flag(environment, "PM2_SERVE_FTP"),
        flag(environment, "PM2_SERVE_CORS"),
        flag(environment, "PM2_SERVE_DOTFILES"),
        auth(environment));
  }

  private static Path root(String text, Path cwd) {
    try {
      return cwd.resolve(text).normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("PM2_SERVE_PATH=" + text + " is not a valid path", e);
    }
  }

  private static String host(String text) {
    String host =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    return host.isBlank() ? "0.0.0.0" : host.strip();
  }

  private static int port(Map<String, String> environment) {
    String name =
        environment.getOrDefault("PM2_SERVE_PORT", "").isBlank() ? "PORT" : "PM2_SERVE_PORT";
    String text = environment.getOrDefault(name, "").strip();
    if (text.isEmpty()) {
      return USUAL_PORT;
    }
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535) {
      throw new IllegalArgumentException(
          name + "=" + text + " is not a port: use 1 to 65535, or 0 for any free port");
    }
    return Integer.parseInt(text);
  }

  private static String homepage(String text) {
    String page = text.strip().replaceFirst("^/+", "");
    return page.isEmpty() ? "index.html" : page;
  }

  private static boolean flag(Map<String, String> environment, String name) {
    return environment.getOrDefault(name, "").strip().equals("true");
  }

  /// Returns the required user and password. Fails if only one of them is set, so that a mistake
  /// does not make the site public.
  private static Optional<BasicAuth> auth(Map<String, String> environment) {
    String wanted = environment.getOrDefault("PM2_SERVE_BASIC_AUTH", "").strip();
    String user = environment.getOrDefault("PM2_SERVE_BASIC_AUTH_USERNAME", "");
    String password = environment.getOrDefault("PM2_SERVE_BASIC_AUTH_PASSWORD", "");
    boolean asked = wanted.equals("true") || !user.isEmpty() || !password.isEmpty();
    if (wanted.equals("false") || !asked) {
      return Optional.empty();
    }
    if (user.isEmpty() || password.isEmpty()) {
      throw new IllegalArgumentException(
          "basic auth is incomplete: set both PM2_SERVE_BASIC_AUTH_USERNAME and PM2_SERVE_BASIC_AUTH_PASSWORD");
    }
    if (user.contains(":")) {
      throw new IllegalArgumentException("PM2_SERVE_BASIC_AUTH_USERNAME cannot contain a colon");
    }
    return Optional.of(new BasicAuth(user, password));
  }
}
