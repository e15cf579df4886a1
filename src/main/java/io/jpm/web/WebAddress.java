package io.jpm.web;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/// Where the HTTP side listens.
///
/// @param host `127.0.0.1`, `::1` or `localhost`
/// @param port from 0 to 65535; 0: any free one
record WebAddress(String host, int port) {
  /// PM2's port.
  static final WebAddress DEFAULT = new WebAddress("127.0.0.1", 9615);

  private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1", "localhost");

  /// Why this cannot be listened on; empty: it can, unless it is taken.
  Optional<String> problem() {
    if (!LOOPBACK.contains(host)) {
      return Optional.of(
          "web: host \"%s\" — use 127.0.0.1, ::1 or localhost: jpm web is for this machine; from others come by ssh -L %d:127.0.0.1:%d"
              .formatted(host, port, port));
    }
    return port < 0 || port > 65_535
        ? Optional.of("web: port %d — use 0 to 65535".formatted(port))
        : Optional.empty();
  }

  /// The host as it stands in a URL.
  String inUrl() {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  /// As it is kept in the home.
  String toJson() {
    return new JsonObject().put("host", host).put("port", port).encodePrettily() + "\n";
  }

  /// Reads what [#toJson] has written; empty where it is something else.
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
