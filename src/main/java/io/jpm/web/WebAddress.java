package io.jpm.web;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/// The address on which the HTTP server listens.
///
/// @param host `127.0.0.1`, `::1` or `localhost`
/// @param port the port, 0 to 65535; 0 selects any free port
record WebAddress(String host, int port) {
  /// The default address. The port is the same as PM2's.
  static final WebAddress DEFAULT = new WebAddress("127.0.0.1", 9615);

  private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1", "localhost");

  /// Returns the reason why the address is not valid; empty if it is. A valid address may still be
  /// in use.
  Optional<String> problem() {
    if (!LOOPBACK.contains(host)) {
      return Optional.of(
          "web: host \"%s\" is not a loopback address: use 127.0.0.1, ::1 or localhost; to connect from another machine, use ssh -L %d:127.0.0.1:%d"
              .formatted(host, port, port));
    }
    return port < 0 || port > 65_535
        ? Optional.of(
            "web: port %d is not valid: must be 0 (any free port) to 65535".formatted(port))
        : Optional.empty();
  }

  /// Returns the host as it is written in a URL.
  String inUrl() {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  /// Returns the content of `web.json`.
  String toJson() {
    return new JsonObject().put("host", host).put("port", port).encodePrettily() + "\n";
  }

  /// Parses the content of `web.json`; empty if the text is not valid.
  static Optional<WebAddress> fromJson(String text) {
    try {
      var json = new JsonObject(text);
      return json.getValue("host") instanceof String host
              && json.getValue("port") instanceof Integer port
          ? Optional.of(new WebAddress(host, port)).filter(it -> it.problem().isEmpty())
          : Optional.empty();
    } catch (DecodeException notJson) {
      return Optional.empty();
    }
  }
}
