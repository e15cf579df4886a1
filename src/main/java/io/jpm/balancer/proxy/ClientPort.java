package io.jpm.balancer.proxy;

import io.jpm.model.AppSpec;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// Determines the port that clients connect to: the setting `port`, otherwise the declared variable
/// `PORT`.
final class ClientPort {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");
  private static final int HIGHEST = 65_535;

  private ClientPort() {}

  static OptionalInt of(AppSpec spec) {
    if (spec.cluster().port().isPresent()) {
      return spec.cluster().port();
    }
    String declared = spec.variables().declared().getOrDefault("PORT", "");
    if (!NUMBER.matcher(declared).matches()) {
      return OptionalInt.empty();
    }
    int port = Integer.parseInt(declared);
    return port >= 1 && port <= HIGHEST ? OptionalInt.of(port) : OptionalInt.empty();
  }
}
