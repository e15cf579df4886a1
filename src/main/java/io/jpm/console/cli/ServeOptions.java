package io.jpm.console.cli;

import io.jpm.wire.ConsoleRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The options of `jpm serve`. The command line overrides the caller's PM2_SERVE_* variables. (In
/// PM2, the variables override the path and port on the command line.)
///
/// @param directory the absolute path of the directory to serve
/// @param host the address to listen on
/// @param port the port to listen on, 1 to 65535
/// @param user the user name for basic authentication
/// @param password the password for basic authentication
public record ServeOptions(
    Path directory, String host, int port, Optional<String> user, Optional<String> password) {
  private static final String EVERYWHERE = "0.0.0.0";

  /// Reads the options from the arguments and the environment of the caller.
  ///
  /// @throws CommandFailure if a value is not valid
  public static ServeOptions of(Arguments arguments, ConsoleRequest request) {
    List<String> words = arguments.targets();
    if (words.size() > 2) {
      throw new CommandFailure(
          "jpm serve accepts at most a directory and a port: jpm serve dist 8080");
    }
    Map<String, String> environment = request.environment();
    String path = words.isEmpty() ? known(environment, "PATH").orElse(".") : words.getFirst();
    String port =
        (words.size() == 2 ? Optional.of(words.getLast()) : arguments.value(VerbOption.PORT))
            .or(() -> known(environment, "PORT"))
            .orElse("8080");
    String asked = known(environment, "BASIC_AUTH").orElse("").strip();
    Optional<String> none = Optional.empty();
    ServeOptions options =
        new ServeOptions(
            directory(path, request.cwd()),
            arguments
                .value(VerbOption.HOST)
                .or(() -> known(environment, "HOST"))
                .orElse(EVERYWHERE),
            port(port),
            arguments
                .value(VerbOption.BASIC_AUTH_USERNAME)
                .or(() -> asked.equals("false") ? none : known(environment, "BASIC_AUTH_USERNAME")),
            arguments
                .value(VerbOption.BASIC_AUTH_PASSWORD)
                .or(() ->
                    asked.equals("false") ? none : known(environment, "BASIC_AUTH_PASSWORD")));
    boolean half = options.user.isPresent() != options.password.isPresent();
    if (half || (asked.equals("true") && options.user.isEmpty())) {
      throw new CommandFailure(
          "basic authentication is incomplete: specify both --basic-auth-username and --basic-auth-password");
    }
    if (options.user.filter(user -> user.contains(":")).isPresent()) {
      throw new CommandFailure(
          "--basic-auth-username cannot contain a colon: choose another user name");
    }
    return options;
  }

  private static Optional<String> known(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get("PM2_SERVE_" + name)).filter(v -> !v.isBlank());
  }

  private static Path directory(String path, String cwd) {
    try {
      return Path.of(cwd).resolve(path).normalize();
    } catch (InvalidPathException _) {
      throw new CommandFailure(
          "the directory is not a valid path: check it for control characters");
    }
  }

  private static int port(String text) {
    if (text.matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    }
    throw new CommandFailure("\"%s\" is not a port: use a number from 1 to 65535".formatted(text));
  }

  /// Checks that the directory is readable and, if requested, that the port can be bound. Blocking.
  ///
  /// @param free whether to check that the port is free
  /// @throws CommandFailure if a check fails
  public ServeOptions validated(boolean free) {
    if (!Files.isDirectory(directory)) {
      throw new CommandFailure(
          Files.exists(directory)
              ? directory + " is not a directory: specify the directory to serve"
              : directory + " does not exist: specify an existing directory");
    }
    if (!Files.isReadable(directory)) {
      throw new CommandFailure(directory + " cannot be read: permission denied");
    }
    if (free) {
      tryToListen();
    }
    return this;
  }

  private void tryToListen() {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address(), port));
    } catch (UnknownHostException _) {
      throw new CommandFailure(
          "--host %s cannot be resolved: use an address of this machine, such as 127.0.0.1"
              .formatted(host));
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot listen on port %d of %s (%s): choose another port or --host"
              .formatted(port, host, e.getMessage()));
    }
  }

  private InetAddress address() throws UnknownHostException {
    return InetAddress.getByName(host);
  }

  /// Returns a message with the URL. If the server listens on all addresses, the message warns the
  /// user that other machines can connect.
  public String urlMessage() {
    String shown = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    String where = "Serving %s on http://%s:%d".formatted(directory, shown, port);
    boolean everybody = host.equals(EVERYWHERE) || host.equals("::") || host.equals("[::]");
    return everybody
        ? where + ", accessible from other machines (to prevent this, use --host 127.0.0.1)"
        : where;
  }
}
